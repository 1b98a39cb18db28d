/** Process instances: cases, on screens. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import type { paths } from './schema';

export type ProcessInstance = Schemas['ProcessInstance'];
export type InstanceFilter = Omit<
  NonNullable<paths['/api/v1/process-instances']['get']['parameters']['query']>,
  'cursor'
>;

/** The cases that fit, page by page; `data` are the items of all pages read so far. */
export function useProcessInstances(filter: InstanceFilter) {
  return useInfiniteQuery({
    queryKey: ['process-instances', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/process-instances', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
