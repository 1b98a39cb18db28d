/** The pages of service levels, beside each other. */
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { hasRole, usePerson } from '../api/session';
import { KINDS } from '../api/service-levels';
import classes from './rooms.module.css';

export function Rooms() {
  const { t } = useTranslation('serviceLevels');
  const readsAll = hasRole(usePerson(), 'agent', 'service-manager', 'process-owner', 'auditor');
  return (
    <nav className={classes.rooms} aria-label={t('rooms')}>
      <NavLink to="/service-levels" end>
        {t('board')}
      </NavLink>
      {readsAll &&
        KINDS.map((kind) => (
          <NavLink key={kind} to={`/service-levels/${kind}`}>
            {t(`many.${kind}`)}
          </NavLink>
        ))}
    </nav>
  );
}
