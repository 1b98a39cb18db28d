/** A week one can see: when it is open, hour by hour. */
import { useTranslation } from 'react-i18next';
import { DAY, nameOfDay, spansOf, WEEKDAYS, type Hours, type Span, type Weekday } from './hours';
import classes from './calendar.module.css';

const HOURS = [0, 6, 12, 18, 24];

export function Week({ weekly }: { weekly: Partial<Record<Weekday, Hours>> }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const spans = spansOf(weekly);
  return (
    <figure className={classes.week}>
      <figcaption>{t('week')}</figcaption>
      <div className={classes.scale} aria-hidden>
        {HOURS.map((hour) => (
          <span key={hour} style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
            {hour}
          </span>
        ))}
      </div>
      <ul>
        {WEEKDAYS.map((day) => (
          <li key={day}>
            <span className={classes.weekday}>{nameOfDay(day, i18n.language, 'short')}</span>
            <span
              className={classes.bar}
              role="img"
              aria-label={spans[day].length === 0 ? t('closed') : spans[day].map(said).join(', ')}
            >
              {spans[day].map(({ from, to }) => (
                <span
                  key={from}
                  className={classes.open}
                  style={{
                    insetInlineStart: `${(from / DAY) * 100}%`,
                    width: `${((to - from) / DAY) * 100}%`,
                  }}
                />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function said({ from, to }: Span): string {
  return `${clock(from)}–${clock(to)}`;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
