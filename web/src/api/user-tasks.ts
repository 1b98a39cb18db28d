/** User tasks: what waits for somebody. */
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { queryClient, useCommand } from './queries';
import type { paths } from './schema';

export type UserTask = Schemas['UserTask'];
export type OpenedUserTask = Schemas['OpenedUserTask'];
export type TaskFilter = Omit<
  NonNullable<paths['/api/v1/user-tasks']['get']['parameters']['query']>,
  'cursor'
>;

/** How often an open list looks again; an answer that has not changed costs no more than its headers. */
const LOOK_AGAIN = 15_000;

function listOf(filter: TaskFilter) {
  return infiniteQueryOptions({
    queryKey: ['user-tasks', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/user-tasks', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  });
}

/** Ask for the first page of a list before the list is drawn. */
export function fetchUserTasks(filter: TaskFilter): void {
  // What fails is told by the list.
  queryClient.infiniteQuery(listOf(filter)).catch(() => {});
}

/** The tasks that fit, page by page; `data` are the items of all pages read so far. */
export function useUserTasks(filter: TaskFilter) {
  return useInfiniteQuery({
    ...listOf(filter),
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: LOOK_AGAIN,
  });
}

/** How many tasks fit, as far as one page tells: "12", or "50+". The first page is read once for both. */
export function useUserTasksCount(filter: TaskFilter): string | undefined {
  const { data, hasNextPage } = useUserTasks(filter);
  return data && (hasNextPage ? `${data.length}+` : String(data.length));
}

/** One task with its form, in the reader's language. */
export function useUserTask(id: string) {
  return useQuery({
    queryKey: ['user-task', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/user-tasks/{task_id}', { params: { path: { task_id: id } }, signal })),
    refetchInterval: LOOK_AGAIN,
  });
}

export function useClaim() {
  return useCommand((id: string, header) =>
    answer(api.POST('/api/v1/user-tasks/{task_id}/claim', { params: { path: { task_id: id }, header } })),
  );
}

export function useRelease() {
  return useCommand((id: string, header) =>
    answer(api.POST('/api/v1/user-tasks/{task_id}/release', { params: { path: { task_id: id }, header } })),
  );
}

export function useAssign() {
  return useCommand(({ id, assignee }: { id: string; assignee: string }, header) =>
    answer(
      api.POST('/api/v1/user-tasks/{task_id}/assign', {
        params: { path: { task_id: id }, header },
        body: { assignee },
      }),
    ),
  );
}

/** `data` is null for a task without a form. */
export function useComplete() {
  return useCommand(({ id, data }: { id: string; data: Record<string, unknown> | null }, header) =>
    answer(
      api.POST('/api/v1/user-tasks/{task_id}/complete', {
        params: { path: { task_id: id }, header },
        body: { data: data as Schemas['Completion']['data'] },
      }),
    ),
  );
}
