/** What a list of tasks is narrowed to, kept in the address: it can be sent, and the way back restores it. */
import { useSearchParams } from 'react-router';
import type { TaskFilter } from '../api/user-tasks';

export const TABS = ['mine', 'team', 'all'] as const;
export type Tab = (typeof TABS)[number];

export interface Chosen {
  tab: Tab;
  text: string;
  overdue: boolean;
  oldest: boolean;
}

export function useChosen(): [Chosen, (change: Partial<Chosen>) => void] {
  const [params, setParams] = useSearchParams();
  const chosen: Chosen = {
    tab: TABS.find((tab) => tab === params.get('tab')) ?? 'mine',
    text: params.get('q') ?? '',
    overdue: params.has('overdue'),
    oldest: params.get('order') === 'created',
  };
  const change = (changes: Partial<Chosen>) => {
    setParams(written({ ...chosen, ...changes }), { replace: true });
  };
  return [chosen, change];
}

function written({ tab, text, overdue, oldest }: Chosen): Record<string, string> {
  return {
    ...(tab === 'mine' ? {} : { tab }),
    ...(text === '' ? {} : { q: text }),
    ...(overdue ? { overdue: 'true' } : {}),
    ...(oldest ? { order: 'created' } : {}),
  };
}

export function isNarrowed({ text, overdue }: Chosen): boolean {
  return text !== '' || overdue;
}

export function filterOf({ tab, text, overdue, oldest }: Chosen): TaskFilter {
  return {
    ...(tab === 'mine' ? { assignee: 'me' } : {}),
    ...(tab === 'team' ? { group: 'mine', unassigned: true } : {}),
    ...(text.trim() === '' ? {} : { q: text.trim() }),
    ...(overdue ? { overdue } : {}),
    order: oldest ? 'created' : 'due',
  };
}
