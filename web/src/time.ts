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

// Making one takes milliseconds, and a list shows a hundred instants.
const kept = new Map<string, Intl.DateTimeFormat>();

function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = JSON.stringify([language, options]);
  const format = kept.get(name) ?? new Intl.DateTimeFormat(regional(language), options);
  kept.set(name, format);
  return format;
}

const words = new Map<string, Intl.RelativeTimeFormat>();

function spoken(language: string): Intl.RelativeTimeFormat {
  const format = words.get(language) ?? new Intl.RelativeTimeFormat(regional(language), { numeric: 'auto' });
  words.set(language, format);
  return format;
}

/** Such as "in 3 hours", "2 days ago", "now". `now` in milliseconds. */
export function relative(instant: string, language: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const format = spoken(language);
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return step ? format.format(Math.trunc(seconds / step[1]), step[0]) : format.format(0, 'second');
}

/** Such as "Mon, 2 Mar 2026, 10:30 CET". `zone` is an IANA zone. */
export function exact(instant: string, language: string, zone: string): string {
  const format = dates(language, {
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
  const day = (at: Date | number) => dates('en-CA', { timeZone: zone }).format(at);
  const [then, today] = [day(date), day(now)];
  const shown: Intl.DateTimeFormatOptions =
    then === today
      ? { hour: '2-digit', minute: '2-digit' }
      : then.slice(0, 4) === today.slice(0, 4)
        ? { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }
        : { year: 'numeric', month: 'short', day: 'numeric' };
  return dates(language, { ...shown, timeZone: zone }).format(date);
}

/** The day, as a heading over what happened on it: "Monday, 2 March 2026". */
export function day(instant: string, language: string, zone: string): string {
  const format = dates(language, { dateStyle: 'full', timeZone: zone });
  return format.format(new Date(instant));
}

/** The time of day: "10:30". */
export function timeOfDay(instant: string, language: string, zone: string): string {
  const format = dates(language, { timeStyle: 'short', timeZone: zone });
  return format.format(new Date(instant));
}

let ahead = 0;

/**
 * The server's clock, as an answer told it: what counts down here counts by it, whatever this machine's clock says.
 */
export function hearTime(instant: string): void {
  const told = Date.parse(instant) - Date.now();
  // The answer was on its way a moment, each time another.
  if (Math.abs(told - ahead) > 1_000) ahead = told;
}

/** One clock for the whole page: all that shows it moves on together. */
class Ticking {
  private readonly listeners = new Set<() => void>();
  private now = 0;
  private timer: number | undefined;

  constructor(private readonly every: number) {}

  private readonly tick = () => {
    this.now = Date.now() + ahead;
    for (const listener of this.listeners) listener();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= window.setInterval(this.tick, this.every);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      window.clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  readonly read = (): number => {
    // While nobody looked on it stood still. Asked twice in a moment it must say the same.
    if (Math.abs(Date.now() + ahead - this.now) > this.every) this.now = Date.now() + ahead;
    return this.now;
  };
}

const halfMinutes = new Ticking(30_000);
const seconds = new Ticking(1_000);

/** The time, in milliseconds, moving on every half minute. */
export function useNow(): number {
  return useSyncExternalStore(halfMinutes.subscribe, halfMinutes.read);
}

/** The same, moving on every second: for what counts down. */
export function useSecond(): number {
  return useSyncExternalStore(seconds.subscribe, seconds.read);
}
