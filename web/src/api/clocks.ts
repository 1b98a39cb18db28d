/** Service-level clocks: what was promised about a case, and how it stands. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { useCommand } from './queries';
import type { paths } from './schema';

export type Clock = Schemas['Clock'];
export type OpenedClock = Schemas['OpenedClock'];
export type ClockFilter = Omit<NonNullable<paths['/api/v1/clocks']['get']['parameters']['query']>, 'cursor'>;
export type ReAimed = Schemas['ReAimed'];

/** How often an open page looks again: a clock that stands still at night begins to run in the morning. */
const LOOK_AGAIN = 15_000;

/** The clocks that fit, what is due next first, page by page; `data` are the items of all pages read so far. */
export function useClocks(filter: ClockFilter) {
  return useInfiniteQuery({
    queryKey: ['clocks', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/clocks', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: LOOK_AGAIN,
    placeholderData: (before) => before,
  });
}

/** One clock with all that happened to it, and who had its case when. */
export function useClock(id: string) {
  return useQuery({
    queryKey: ['clock', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/clocks/{clock_id}', { params: { path: { clock_id: id } }, signal })),
    refetchInterval: LOOK_AGAIN,
  });
}

/** Let what was given up of a clock try again. */
export function useRetryClock() {
  return useCommand((id: string, header) =>
    answer(api.POST('/api/v1/clocks/{clock_id}/retry', { params: { path: { clock_id: id }, header } })),
  );
}

export type ReAim = Pick<Schemas['ReAim'], 'policy' | 'calendar' | 'dry_run'>;

/** Aim open clocks anew at what the latest versions say; with `dry_run` only tell which would change. */
export function useReAim() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ReAim) => answer(api.POST('/api/v1/clocks/re-aim', { body })),
    onSuccess: ({ dry_run }) => (dry_run ? undefined : client.invalidateQueries()),
  });
}
