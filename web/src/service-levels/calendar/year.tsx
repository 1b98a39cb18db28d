/** A year one can see: each day with what decides about it, told by a sign and not by colour alone. */
import { ActionIcon, Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDays, type CalendarDocument, type Day } from '../../api/service-levels';
import { Icon } from '../../ui/icon';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import classes from './calendar.module.css';
import { nameOfDay, WEEKDAYS } from './hours';

const SIGNS = { open: '', shut: '', closed: '–', holiday: '★', special: '◆', make_up: '▲' } as const;
type Look = keyof typeof SIGNS;

/** What a day looks like: an ordinary one is open or shut. */
function lookOf({ rule, hours }: Day): Look {
  if (rule !== 'week') return rule;
  return hours.length > 0 ? 'open' : 'shut';
}

export function Year({ calendar }: { calendar: CalendarDocument }) {
  const { t } = useTranslation('serviceLevels');
  const [year, setYear] = useState(() => new Date().getFullYear());
  const [asked] = useDebouncedValue(calendar, 400);
  const { data, error } = useDays(asked, `${year}-01-01`, `${year}-12-31`);
  return (
    <section className={classes.year} aria-label={t('year', { year })}>
      <Group gap="xs">
        <ActionIcon aria-label={t('yearBefore')} onClick={() => setYear(year - 1)}>
          <Icon name="back" size={16} />
        </ActionIcon>
        <Text fw={650} aria-live="polite">
          {t('year', { year })}
        </Text>
        <ActionIcon aria-label={t('yearAfter')} onClick={() => setYear(year + 1)}>
          <Icon name="right" size={16} />
        </ActionIcon>
        <Legend />
      </Group>
      {error && <ProblemAlert problem={error} />}
      {data === undefined && !error && <Loading count={4} />}
      {data && !error && (
        <>
          <div className={classes.months}>
            {months(data.days).map((days) => (
              <Month key={days[0]?.date} days={days} />
            ))}
          </div>
          <Holidays days={data.days} />
        </>
      )}
    </section>
  );
}

function Legend() {
  const { t } = useTranslation('serviceLevels');
  return (
    <ul className={classes.legend}>
      {(Object.keys(SIGNS) as Look[]).map((look) => (
        <li key={look}>
          <span
            className={classes.day}
            data-rule={look}
            data-open={['open', 'special', 'make_up'].includes(look) || undefined}
            aria-hidden
          >
            {SIGNS[look] || '1'}
          </span>
          {t(`rule.${look}`)}
        </li>
      ))}
    </ul>
  );
}

function months(days: readonly Day[]): Day[][] {
  const found = new Map<string, Day[]>();
  for (const day of days) {
    const month = day.date.slice(0, 7);
    found.set(month, [...(found.get(month) ?? []), day]);
  }
  return [...found.values()];
}

function Month({ days }: { days: Day[] }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const first = days[0];
  if (first === undefined) return null;
  const said = (day: Day) => {
    const hours = day.hours.map((each) => each.join('–')).join(', ') || t('closed');
    return [longDate(day.date, i18n.language), hours, t(`rule.${lookOf(day)}`), day.holiday]
      .filter(Boolean)
      .join(', ');
  };
  const name = new Intl.DateTimeFormat(i18n.language, { month: 'long', timeZone: 'UTC' }).format(
    Date.parse(first.date),
  );
  // Monday first, as the week above.
  const ahead = (new Date(first.date).getUTCDay() + 6) % 7;
  return (
    <div className={classes.month}>
      <h2>{name}</h2>
      <div className={classes.days} aria-hidden>
        {WEEKDAYS.map((day) => (
          <span key={day} className={classes.head}>
            {nameOfDay(day, i18n.language, 'short').slice(0, 2)}
          </span>
        ))}
        {Array.from({ length: ahead }, (_, index) => (
          <span key={index} />
        ))}
        {days.map((day) => (
          <span
            key={day.date}
            className={classes.day}
            data-rule={lookOf(day)}
            data-open={day.hours.length > 0 || undefined}
            title={said(day)}
          >
            {SIGNS[lookOf(day)]}
            {Number(day.date.slice(8))}
          </span>
        ))}
      </div>
      <p className={classes.listen}>
        {t('openDays', { month: name, count: days.filter(({ hours }) => hours.length > 0).length })}
      </p>
    </div>
  );
}

/** The days that are not as every week, by name: for who looks for one, and for who cannot see the year. */
function Holidays({ days }: { days: readonly Day[] }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const special = days.filter(({ rule }) => rule !== 'week');
  if (special.length === 0) return null;
  return (
    <details className={classes.holidays}>
      <summary>{t('unusualDays', { count: special.length })}</summary>
      <ul>
        {special.map((day) => (
          <li key={day.date}>
            {SIGNS[lookOf(day)]} {longDate(day.date, i18n.language)} ·{' '}
            {day.holiday ?? t(`rule.${lookOf(day)}`)}
            {day.hours.length > 0 && ` · ${day.hours.map((each) => each.join('–')).join(', ')}`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function longDate(date: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(Date.parse(date));
}
