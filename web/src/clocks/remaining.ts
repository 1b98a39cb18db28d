/** How much of a promise is left, and how people say it. */

/** What of a clock decides how it counts down. */
export interface Counting {
  state: string;
  remaining_minutes: number | null;
  /** How it counts for a while, as the server says; null: it does not run. */
  pace: { counts: boolean; since: string; until: string; remaining_minutes: number | null } | null;
}

const MINUTE = 60_000;

/**
 * The working time left, in milliseconds; below 0 once it is broken, null when nothing is measured.
 *
 * Where a clock stood when its hours last opened or closed is counted on from there; what comes after this stretch only
 * the server knows, which is asked again soon.
 */
export function left({ remaining_minutes, pace }: Counting, now: number): number | null {
  const told = pace?.remaining_minutes ?? remaining_minutes;
  if (told === null) return null;
  const passed = pace?.counts ? Math.min(now, Date.parse(pace.until)) - Date.parse(pace.since) : 0;
  return told * MINUTE - passed;
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
