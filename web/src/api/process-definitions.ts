/** Process definitions: what can be started, and what owners edit. */
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';

export type ProcessDefinition = Schemas['ProcessDefinition'];
export type Start = Schemas['StartEvent'];

/** The latest version of every process, page by page. */
export function useProcessDefinitions() {
  return useInfiniteQuery({
    queryKey: ['process-definitions'],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/process-definitions', { params: { query: { cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** What this person may start, page by page. */
export function useStartable() {
  return useInfiniteQuery({
    queryKey: ['process-definitions', 'startable'],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(
        api.GET('/api/v1/process-definitions', { params: { query: { cursor, startable: true } }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** The latest version of one process. */
export function useProcessDefinition(key: string) {
  return useQuery({
    queryKey: ['process-definition', key],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/process-definitions/{key}', { params: { path: { key } }, signal })),
  });
}

/** What people call a process; its key while that is not known. */
export function useDefinitionName(): (key: string) => string {
  const { data = [] } = useProcessDefinitions();
  return (key) => data.find((definition) => definition.key === key)?.name ?? key;
}

/** What lets cases of a process begin by itself: the start events of its latest version but the plain one. */
export function useStarts(key: string) {
  return useQuery({
    queryKey: ['process-definition', key, 'starts'],
    queryFn: async ({ signal }) =>
      (
        await answer(
          api.GET('/api/v1/process-definitions/{key}/starts', {
            params: { path: { key }, query: { limit: 200 } },
            signal,
          }),
        )
      ).items,
  });
}

/** The form a process is started with; null when there is none. */
export function useStartForm(key: string) {
  return useQuery({
    queryKey: ['process-definition', key, 'start-form'],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/process-definitions/{key}/start-form', { params: { path: { key } }, signal })),
  });
}

export interface Version {
  key: string;
  version: number;
}

/** The diagrams of several versions, in their order; a version never changes. */
export function useDiagramsOf(versions: readonly Version[]) {
  return useQueries({
    queries: versions.map(({ key, version: number }) => ({
      queryKey: ['process-definition', key, number, 'xml'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer(
          api.GET('/api/v1/process-definitions/{key}/versions/{number}/xml', {
            params: { path: { key, number } },
            parseAs: 'text',
            signal,
          }),
        ),
      staleTime: Infinity,
    })),
  });
}
