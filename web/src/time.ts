/** Instants as people read them: in the viewer's zone and language. */
import { useSyncExternalStore } from 'react';

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** The reader's own kind of a language: English dates as her country writes them. */
function regional(language: string): string {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? language;
}

/** Such as "in 3 hours", "2 days ago", "now". `now` in milliseconds. */
export function relative(instant: string, language: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(regional(language), { numeric: 'auto' });
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return step ? words.format(Math.trunc(seconds / step[1]), step[0]) : words.format(0, 'second');
}

/** Such as "Mon, 2 Mar 2026, 10:30 CET". `zone` is an IANA zone. */
export function exact(instant: string, language: string, zone: string): string {
  const format = new Intl.DateTimeFormat(regional(language), {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  });
  return format.format(new Date(instant));
}

/** As short as a table's cell wants it: the time today, the day this year, else the date. */
export function short(instant: string, language: string, zone: string, now: number): string {
  const date = new Date(instant);
  const day = (at: Date | number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);
  const [then, today] = [day(date), day(now)];
  const shown: Intl.DateTimeFormatOptions =
    then === today
      ? { hour: '2-digit', minute: '2-digit' }
      : then.slice(0, 4) === today.slice(0, 4)
        ? { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }
        : { year: 'numeric', month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(regional(language), { ...shown, timeZone: zone }).format(date);
}

/** The day, as a heading over what happened on it: "Monday, 2 March 2026". */
export function day(instant: string, language: string, zone: string): string {
  const format = new Intl.DateTimeFormat(regional(language), { dateStyle: 'full', timeZone: zone });
  return format.format(new Date(instant));
}

/** The time of day: "10:30". */
export function timeOfDay(instant: string, language: string, zone: string): string {
  const format = new Intl.DateTimeFormat(regional(language), { timeStyle: 'short', timeZone: zone });
  return format.format(new Date(instant));
}

const TICK = 30_000;

let now = Date.now();
const listeners = new Set<() => void>();
window.setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, TICK);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The time, in milliseconds, moving on every half minute: all instants on a page move together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
