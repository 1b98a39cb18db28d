/** Where the navigation leads, and whom: one line an entry. */
import type { ParseKeys } from 'i18next';
import { hasRole, type Person, type Role } from '../api/session';
import type { IconName } from '../ui/icon';

interface Entry {
  path: string;
  label: ParseKeys;
  icon: IconName;
  /** Who is shown it; everybody when none is named. */
  roles: readonly Role[];
}

const ENTRIES: readonly Entry[] = [
  { path: '/work', label: 'nav.work', icon: 'inbox', roles: ['agent', 'service-manager', 'process-owner'] },
  {
    path: '/cases',
    label: 'nav.cases',
    icon: 'cases',
    roles: ['agent', 'service-manager', 'process-owner', 'auditor'],
  },
  {
    path: '/service-levels',
    label: 'nav.serviceLevels',
    icon: 'clock',
    roles: ['service-manager', 'process-owner', 'auditor'],
  },
  { path: '/failures', label: 'nav.failures', icon: 'alert', roles: ['service-manager', 'process-owner'] },
  { path: '/jobs', label: 'nav.jobs', icon: 'cog', roles: ['administrator'] },
  { path: '/catalogue', label: 'nav.catalogue', icon: 'plus', roles: [] },
  { path: '/requests', label: 'nav.requests', icon: 'list', roles: [] },
  { path: '/studio', label: 'nav.studio', icon: 'diagram', roles: ['process-owner', 'auditor'] },
];

/** What this person's navigation shows. */
export function entriesFor(person: Person): readonly Entry[] {
  return ENTRIES.filter(({ roles }) => roles.length === 0 || hasRole(person, ...roles));
}

/** Where this person begins her day. */
export function homeOf(person: Person): string {
  if (hasRole(person, 'agent', 'service-manager')) return '/work';
  if (hasRole(person, 'process-owner')) return '/studio';
  return hasRole(person, 'auditor') ? '/cases' : '/requests';
}
