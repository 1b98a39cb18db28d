/** What there is of service levels, and how a new one begins. */
import { KINDS, type Document, type Kind } from '../api/service-levels';

/** The kind an address names; undefined for none. */
export function kindOf(path: string | undefined): Kind | undefined {
  return KINDS.find((kind) => kind === path);
}

const OFFICE = [
  ['09:00', '12:00'],
  ['13:00', '17:00'],
];

const BLANK: Record<Kind, (zone: string) => Document> = {
  calendars: (zone) => ({
    tz: zone,
    weekly: { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: OFFICE },
  }),
  services: () => ({ calendar: null, owner_group: null }),
  agreements: () => ({ kind: 'sla', organisation: null, services: [], calendar: null, valid_from: today() }),
  'sla-policies': () => ({
    targets: [
      {
        clock: 'resolution',
        priority: null,
        target: 'PT8H',
        calendar: '',
        thresholds: [{ at: '75%', do: [] }],
      },
    ],
  }),
};

/** A new document that lacks only what nobody can guess. */
export function blank(kind: Kind, name: string, zone: string): Document {
  return { name, ...BLANK[kind](zone) };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
