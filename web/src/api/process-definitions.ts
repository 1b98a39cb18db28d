/** Process definitions: what can be started, and what owners edit. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';

export type ProcessDefinition = Schemas['ProcessDefinition'];

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
