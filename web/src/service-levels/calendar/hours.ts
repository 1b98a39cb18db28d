/** Opening hours as a calendar writes them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type Hours = string[][];

export const DAY = 24 * 60;

/** Minutes since midnight; undefined for what is no time of day. `24:00` is the midnight that ends it. */
export function minutesOf(text: string | undefined): number | undefined {
  const found = /^(\d\d):(\d\d)$/.exec(text ?? '');
  if (found === null) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return minutes <= DAY && Number(found[2]) < 60 ? minutes : undefined;
}

export interface Span {
  from: number;
  to: number;
}

/** What is open on a day of the week, in minutes of that day: what runs past midnight goes on the day after. */
export function spansOf(weekly: Partial<Record<Weekday, Hours>>): Record<Weekday, Span[]> {
  const found = Object.fromEntries(WEEKDAYS.map((day) => [day, [] as Span[]])) as Record<Weekday, Span[]>;
  WEEKDAYS.forEach((day, place) => {
    for (const [opens, closes] of weekly[day] ?? []) {
      const [from, to] = [minutesOf(opens), minutesOf(closes)];
      if (from === undefined || to === undefined) continue;
      if (to > from) {
        found[day].push({ from, to });
        continue;
      }
      const next = WEEKDAYS[(place + 1) % WEEKDAYS.length] ?? 'mon';
      found[day].push({ from, to: DAY });
      if (to > 0) found[next].push({ from: 0, to });
    }
  });
  return found;
}

/** What a day of the week is called; 5 January 1970 was a Monday. */
export function nameOfDay(day: Weekday, language: string, length: 'long' | 'short' = 'long'): string {
  const date = Date.UTC(1970, 0, 5 + WEEKDAYS.indexOf(day));
  return new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' }).format(date);
}
