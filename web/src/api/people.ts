/** The organisation: people and groups by the names that screens show. */
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';

export type Group = Schemas['Group'];

const RARELY = 10 * 60_000;
const MOST = 200;

/** All groups. */
export function useGroups() {
  return useQuery({
    queryKey: ['groups'],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/api/v1/groups', { params: { query: { limit: MOST } }, signal }))).items,
    staleTime: RARELY,
  });
}

/** What people call a group; its name in diagrams while that is not known. */
export function useGroupTitle(): (name: string) => string {
  const { data = [] } = useGroups();
  return (name) => data.find((group) => group.name === name)?.title ?? name;
}

/** People whose name contains a text, in the order of usernames. */
export function usePeople(text: string) {
  return useQuery({
    queryKey: ['people', text],
    queryFn: async ({ signal }) => {
      const query = { q: text === '' ? undefined : text, limit: MOST };
      return (await answer(api.GET('/api/v1/people', { params: { query }, signal }))).items;
    },
    staleTime: RARELY,
    placeholderData: (before) => before,
  });
}

/** What somebody is called; the username while that is not known, or of somebody one may not see. */
export function usePersonName(): (username: string) => string {
  const { data = [] } = usePeople('');
  return (username) => data.find((person) => person.username === username)?.name ?? username;
}
