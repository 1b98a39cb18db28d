/** User tasks: what waits for somebody. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import type { paths } from './schema';

export type UserTask = Schemas['UserTask'];
export type TaskFilter = Omit<
  NonNullable<paths['/api/v1/user-tasks']['get']['parameters']['query']>,
  'cursor'
>;

/** The tasks that fit, page by page; `data` are the items of all pages read so far. */
export function useUserTasks(filter: TaskFilter) {
  return useInfiniteQuery({
    queryKey: ['user-tasks', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/user-tasks', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
