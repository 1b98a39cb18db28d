/** Says, where people look, that the server cannot be reached, and that nothing they typed is lost. */
import { useTranslation } from 'react-i18next';
import { useConnectionLost } from '../api/connection';
import { Icon } from '../ui/icon';
import classes from './connection-banner.module.css';

export function ConnectionBanner() {
  const { t } = useTranslation();
  const lost = useConnectionLost();
  return (
    <div role="status" className={classes.place}>
      {lost && (
        <p className={classes.banner}>
          <Icon name="offline" />
          {t('connection.lost')}
        </p>
      )}
    </div>
  );
}
