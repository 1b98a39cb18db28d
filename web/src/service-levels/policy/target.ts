/** A target as a policy writes it. */
export interface Action {
  notify?: { people?: string[]; roles?: string[]; groups?: string[]; to?: string[] };
  in_hours?: boolean;
  level?: number;
  add_group?: string;
  reassign?: string;
}

export interface Threshold {
  at: string;
  do?: Action[];
}

export interface Target {
  agreement?: string | null;
  service?: string | null;
  process?: string | null;
  clock?: string;
  priority?: number | null;
  target?: string;
  calendar?: string;
  thresholds?: Threshold[];
}

/** Hours and minutes of `PT4H30M`. */
export function spanOf(text: string | undefined): { hours: number; minutes: number } {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?/.exec(text ?? '');
  return { hours: Number(found?.[1] ?? 0), minutes: Number(found?.[2] ?? 0) };
}

export function written({ hours, minutes }: { hours: number; minutes: number }): string {
  const parts = [hours > 0 ? `${hours}H` : '', minutes > 0 ? `${minutes}M` : ''].join('');
  return `PT${parts || '0M'}`;
}
