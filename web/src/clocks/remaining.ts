/** How much of a promise is left, and how people say it. */

/** What of a clock decides how it counts down. */
export interface Counting {
  state: string;
  due_at: string | null;
  remaining_minutes: number | null;
}

const MINUTE = 60_000;

/**
 * The working time left, in milliseconds; below 0 once it is broken, null when nothing is measured.
 *
 * The server may have said how much was left as it answered. Whether working hours run on till then only it knows; but
 * never is more left than there is time until the clock is due.
 */
export function left({ state, due_at, remaining_minutes }: Counting, now: number): number | null {
  const until = state === 'running' && due_at !== null ? Date.parse(due_at) - now : null;
  if (remaining_minutes === null) return until;
  const told = remaining_minutes * MINUTE;
  return until === null ? told : Math.min(told, until);
}

type Unit = 'hour' | 'minute' | 'second';

// Making one takes long, and every row of a list counts every second.
const kept = new Map<string, Intl.NumberFormat>();

function numbers(language: string, unit: Unit): Intl.NumberFormat {
  const name = `${language} ${unit}`;
  const format =
    kept.get(name) ?? new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' });
  kept.set(name, format);
  return format;
}

/** Such as "2h 5m" or, when it gets short, "4m 30s". */
export function amount(milliseconds: number, language: string): string {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const unit = (value: number, name: Unit) => numbers(language, name).format(value);
  if (hours > 0) return [unit(hours, 'hour'), ...(minutes > 0 ? [unit(minutes, 'minute')] : [])].join(' ');
  if (minutes >= 10) return unit(minutes, 'minute');
  return minutes > 0 ? `${unit(minutes, 'minute')} ${unit(seconds % 60, 'second')}` : unit(seconds, 'second');
}

/** Such as "4h" of `PT4H`; what it cannot read comes back as it is. */
export function ofTarget(target: string, language: string): string {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(target);
  if (found === null) return target;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part || 0));
  return amount(((hours * 60 + minutes) * 60 + seconds) * 1000, language);
}
