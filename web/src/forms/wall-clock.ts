/** Instants as a wall clock shows them, and back: what a date and time field is filled in with. */

/** `2026-03-31T14:00` as the clocks of a zone show an instant. */
export function onTheWall(instant: string, zone: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? '' : new Date(at + ahead(at, zone)).toISOString().slice(0, 16);
}

/**
 * The instant at which the clocks of a zone show a time, in UTC; undefined for none. A time that they show twice
 * is the first, one that they skip is read as before the change.
 */
export function instantOf(wall: string, zone: string): string | undefined {
  const shown = Date.parse(`${wall}Z`);
  if (Number.isNaN(shown)) return undefined;
  const before = ahead(shown - 86_400_000, zone);
  const after = ahead(shown + 86_400_000, zone);
  const exact = [before, after].find((offset) => ahead(shown - offset, zone) === offset);
  return new Date(shown - (exact ?? before)).toISOString();
}

/** By how many milliseconds a zone's clocks are ahead of UTC. */
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((found) => found.type === type)?.value);
  // Not `Date.UTC`: it takes the years below 100, which somebody typing 2026 passes through, for those of 1900.
  const shown = new Date(0);
  shown.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  shown.setUTCHours(part('hour'), part('minute'), part('second'));
  return shown.getTime() - Math.floor(at / 1000) * 1000;
}
