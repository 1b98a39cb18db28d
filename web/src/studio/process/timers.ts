/** What a timer says, in words: the person who draws it reads them before she deploys. */
import type { TFunction } from 'i18next';

export const TIMER_KINDS = ['timeDuration', 'timeDate', 'timeCycle'] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

export const EXAMPLES: Record<TimerKind, string> = {
  timeDuration: 'P1D',
  timeDate: '2030-01-31T09:00',
  timeCycle: 'R3/P1D',
};

const DURATION =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const;
const CYCLE = /^R(\d*)\/(?:([^/P][^/]*)\/)?(P[^/]+)$/;

type Translate = TFunction<'studio'>;

/** The words for a timer's text; an expression is known only when a case gets there. */
export function describeTimer(kind: TimerKind, text: string, t: Translate, language: string): string {
  if (text.includes('${')) return t('timer.computed');
  const words = DESCRIBE[kind](text.trim(), t, language);
  return words ?? t('timer.unclear');
}

const DESCRIBE: Record<TimerKind, (text: string, t: Translate, language: string) => string | null> = {
  timeDuration: (text, t, language) => {
    const duration = durationWords(text, language);
    return duration ? t('timer.after', { duration }) : DESCRIBE.timeDate(text, t, language);
  },
  timeDate: (text, t, language) => {
    const date = dateWords(text, language);
    return date && t('timer.at', { date });
  },
  timeCycle: (text, t, language) => {
    const [, times, from, every] = CYCLE.exec(text) ?? [];
    // "Every day", not "Every 1 day".
    const duration = every && durationWords(every, language)?.replace(/^1 (\w+)$/, '$1');
    if (!duration) return null;
    const often = times
      ? t('timer.times', { duration, count: Number(times) })
      : t('timer.forever', { duration });
    const begin = from ? dateWords(from, language) : null;
    return begin ? t('timer.from', { often, date: begin }) : often;
  },
};

/** "2 days, 4 hours", or null for what is no duration. */
export function durationWords(text: string, language: string): string | null {
  const found = DURATION.exec(text);
  if (!found || text.endsWith('T') || text === 'P') return null;
  const parts = UNITS.flatMap((unit, index) => {
    const amount = found[index + 1];
    return amount === undefined
      ? []
      : [
          new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(
            Number(amount),
          ),
        ];
  });
  return new Intl.ListFormat(language, { type: 'unit', style: 'long' }).format(parts);
}

/** A date as the reader writes it. Without an offset it is wall time in the case's zone, so nothing is moved. */
function dateWords(text: string, language: string): string | null {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(text)) return null;
  const hasOffset = /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const hasTime = text.includes('T');
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'full',
    ...(hasTime ? { timeStyle: hasOffset ? 'long' : 'short' } : { timeZone: 'UTC' }),
  }).format(date);
}
