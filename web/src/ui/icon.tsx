/** The icons, drawn on a grid of 24. They never stand alone for a meaning: a text or a label goes with each. */

const PATHS = {
  alert:
    'M12 8.5v4.5M12 16.4v.1M10.3 4.2 2.9 17a2 2 0 0 0 1.7 3h14.8a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0Z',
  back: 'M19 12H5M11 6l-6 6 6 6',
  ban: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6.2 6.2l11.6 11.6',
  cases: 'M3.5 7.5a2 2 0 0 1 2-2h4l2 2.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2Z',
  check: 'M5 12.5 10 17.5 19.5 7',
  circle: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2',
  close: 'M6 6l12 12M18 6 6 18',
  cog: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM12 3.5v3M12 17.5v3M3.5 12h3M17.5 12h3M6 6l2.100 2.100M15.900 15.900 18 18M18 6l-2.100 2.100M8.100 15.900 6 18',
  comment: 'M4.5 5.5h15a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8l-4.5 3.5v-3.5H4.5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Z',
  diagram: 'M3.5 9h5v6h-5ZM15.5 3.5h5v5h-5ZM15.5 15.5h5v5h-5ZM8.5 12H12M12 6v12M12 6h3.5M12 18h3.5',
  dots: 'M5.5 12h.1M12 12h.1M18.5 12h.1',
  down: 'm6 9 6 6 6-6',
  download: 'M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15',
  edit: 'm4 20 .9-4L16 4.9a1.8 1.8 0 0 1 2.5 0l.6.6a1.8 1.8 0 0 1 0 2.5L8 19.1Z',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15ZM10 20.500a2.200 2.200 0 0 0 4 0',
  calendar: 'M4 6h16v14H4ZM4 10.500h16M8.500 3.500v4M15.500 3.500v4',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  flame:
    'M12 3.500c.8 3.500 5.500 5.500 5.500 10a5.500 5.500 0 0 1-11 0c0-2 1-3.500 2.200-4.700.2 1.500 1 2.300 1.800 2.500-.3-3 .2-5.800 1.500-7.800Z',
  inbox: 'M3.5 13.5 6 5.5h12l2.5 8v5h-17ZM3.5 13.5H8l1.5 2.5h5l1.5-2.5h4.5',
  list: 'M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.1M4.5 12h.1M4.5 17.5h.1',
  menu: 'M4 6.5h16M4 12h16M4 17.5h16',
  minus: 'M5 12h14',
  offline: 'M4 4l16 16M9 8.3A12 12 0 0 1 20.5 11M3.5 11A12 12 0 0 1 6.7 9M6.5 14.5a8 8 0 0 1 6-2.2M12 19h.1',
  mail: 'M3.5 6h17v12h-17ZM4 6.5l8 6.5 8-6.5',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  play: 'M7.5 5v14l11-7Z',
  plus: 'M12 5v14M5 12h14',
  redo: 'M15.5 5l4 4-4 4M19.5 9h-9a5.5 5.5 0 0 0 0 11H15',
  refresh: 'M19.5 11A8 8 0 0 0 5.3 7.5L4 9M4 4.5V9h4.5M4.5 13a8 8 0 0 0 14.2 3.5L20 15M20 19.5V15h-4.5',
  right: 'm9 6 6 6-6 6',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20.5 20.5',
  signOut: 'M14 4.5H6.5v15H14M10.5 12h10M17 8.5l3.5 3.5-3.5 3.5',
  team: 'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM2.5 19.5c.5-3.5 3-5 6.5-5s6 1.5 6.5 5M16 5.3a3.5 3.5 0 0 1 0 6.4M18 15c2 .7 3.2 2.2 3.5 4.5',
  trash: 'M4.5 7h15M9.5 7V4.500h5V7M6.5 7l.8 12.500h9.400L17.5 7M10.3 11v5M13.7 11v5',
  undo: 'M8.5 5 4.5 9l4 4M4.5 9h9a5.5 5.5 0 0 1 0 11H9',
  up: 'm6 15 6-6 6 6',
  upload: 'M12 16V5M7 9.500l5-5 5 5M4.5 19.500h15',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
