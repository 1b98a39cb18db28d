/** Where the navigation leads this person. */
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { usePerson } from '../api/session';
import { Icon } from '../ui/icon';
import { entriesFor } from './navigation';
import classes from './shell.module.css';

/** `onGo` is called when one of its links is followed. */
export function Navigation({ onGo }: { onGo?: () => void }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('nav.label')} className={classes.navigation}>
      {entriesFor(usePerson()).map(({ path, label, icon }) => (
        <NavLink key={path} to={path} className={classes.entry} onClick={onGo}>
          <Icon name={icon} />
          <span>{t(label)}</span>
        </NavLink>
      ))}
    </nav>
  );
}
