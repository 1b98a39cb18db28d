/** Beside a label: that the field has to be filled in. Who listens hears it from the field itself. */
import { useTranslation } from 'react-i18next';
import classes from './form-view.module.css';

export function Mark({ required }: { required?: boolean | undefined }) {
  const { t } = useTranslation('forms');
  if (required !== true) return null;
  return (
    <span className={classes.mark} aria-hidden>
      {t('required')}
    </span>
  );
}
