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

export interface Span {
  hours: number;
  minutes: number;
  seconds: number;
}

/** What `PT4H30M` says. */
export function spanOf(text: string | undefined): Span {
  const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text ?? '');
  const [hours, minutes, seconds] = [1, 2, 3].map((place) => Number(found?.[place] ?? 0));
  return { hours: hours ?? 0, minutes: minutes ?? 0, seconds: seconds ?? 0 };
}

export function written({ hours, minutes, seconds }: Span): string {
  const named = [`${hours}H`, `${minutes}M`, `${seconds}S`];
  const parts = named.filter((part) => !part.startsWith('0')).join('');
  return `PT${parts || '0M'}`;
}
