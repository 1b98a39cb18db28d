/** The pages of service levels, beside each other. */
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { KINDS, mayRead } from '../api/service-levels';
import { usePerson } from '../api/session';
import classes from './rooms.module.css';

export function Rooms() {
  const { t } = useTranslation('serviceLevels');
  const me = usePerson();
  return (
    <nav className={classes.rooms} aria-label={t('rooms')}>
      <NavLink to="/service-levels" end>
        {t('board')}
      </NavLink>
      {KINDS.filter((kind) => mayRead(me, kind)).map((kind) => (
        <NavLink key={kind} to={`/service-levels/${kind}`}>
          {t(`many.${kind}`)}
        </NavLink>
      ))}
    </nav>
  );
}
