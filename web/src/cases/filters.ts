/** What a list of cases is narrowed to, kept in the address: it can be sent, and the way back restores it. */
import { useSearchParams } from 'react-router';
import type { InstanceFilter, ProcessInstance } from '../api/process-instances';

export const STATES = ['active', 'suspended', 'failed', 'completed', 'cancelled'] as const;
export const PRIORITIES = ['1', '2', '3', '4'] as const;

export interface Chosen {
  q: string;
  definition: string | null;
  state: ProcessInstance['state'] | null;
  priority: string | null;
  requester: string | null;
}

const NAMES = ['q', 'definition', 'state', 'priority', 'requester'] as const;

export function useChosen(): [Chosen, (change: Partial<Chosen>) => void] {
  const [params, setParams] = useSearchParams();
  const chosen: Chosen = {
    q: params.get('q') ?? '',
    definition: params.get('definition'),
    state: STATES.find((state) => state === params.get('state')) ?? null,
    priority: PRIORITIES.find((priority) => priority === params.get('priority')) ?? null,
    requester: params.get('requester'),
  };
  const change = (changes: Partial<Chosen>) => {
    const wanted = { ...chosen, ...changes };
    setParams(Object.fromEntries(NAMES.flatMap((name) => (wanted[name] ? [[name, wanted[name]]] : []))), {
      replace: true,
    });
  };
  return [chosen, change];
}

export const NO_FILTERS = { definition: null, state: null, priority: null, requester: null } as const;

export function isNarrowed(chosen: Chosen): boolean {
  return NAMES.some((name) => Boolean(chosen[name]));
}

export function filterOf({ q, definition, state, priority, requester }: Chosen): InstanceFilter {
  return {
    ...(q.trim() === '' ? {} : { q: q.trim() }),
    ...(definition === null ? {} : { definition }),
    ...(state === null ? {} : { state: [state] }),
    ...(priority === null ? {} : { priority: Number(priority) }),
    ...(requester === null ? {} : { requester }),
  };
}
