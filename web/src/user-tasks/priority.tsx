/** How urgent a case is: 1 is the most. The two that cannot wait stand out by weight and frame. */
import { useTranslation } from 'react-i18next';
import classes from './priority.module.css';

export function Priority({ priority }: { priority: number | null }) {
  const { t } = useTranslation('work');
  if (priority === null) return null;
  return (
    <span className={classes.priority} data-priority={priority} title={t('priorityOf', { priority })}>
      {t('priorityShort', { priority })}
    </span>
  );
}
