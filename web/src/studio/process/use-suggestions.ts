/** What the properties panel suggests, read from the server: deployed things first, drafts of new ones too. */
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useDrafts, useLatest } from '../document/companions';
import type { Kind } from '../kinds';
import type { Suggestion, Suggestions } from './panel/suggestions';

const FEW_CHANGES = 60_000;

export function useServerSuggestions(): Suggestions {
  const groups = useQuery({ queryKey: ['groups', 'all'], queryFn: readGroups, staleTime: FEW_CHANGES });
  const people = useQuery({ queryKey: ['people', 'all'], queryFn: readPeople, staleTime: FEW_CHANGES });
  return {
    groups: groups.data ?? [],
    people: people.data ?? [],
    forms: useKeys('form'),
    decisions: useKeys('decision'),
    processes: useKeys('process'),
  };
}

function useKeys(kind: Kind): Suggestion[] {
  const deployed = useLatest(kind).data ?? [];
  const drafts = useDrafts().data ?? [];
  const known = new Set(deployed.map((each) => each.key));
  const fresh = drafts.filter((each) => each.kind === kind && !known.has(each.key));
  return [
    ...deployed.map(({ key, name }) => ({ value: key, label: name })),
    ...fresh.map(({ key }) => ({ value: key, label: key })),
  ];
}

async function readGroups(): Promise<Suggestion[]> {
  const { items } = await answer(api.GET('/api/v1/groups', { params: { query: { limit: 200 } } }));
  return items.map(({ name, title }) => ({ value: name, label: title }));
}

async function readPeople(): Promise<Suggestion[]> {
  const { items } = await answer(api.GET('/api/v1/people', { params: { query: { limit: 200 } } }));
  return items.map(({ username, name }) => ({ value: username, label: name }));
}
