/** Jobs: what service tasks wait for. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { useCommand } from './queries';
import type { paths } from './schema';

export type Job = Schemas['Job'];
export type JobFilter = Omit<NonNullable<paths['/api/v1/jobs']['get']['parameters']['query']>, 'cursor'>;

/** The jobs that fit, page by page; `data` are the items of all pages read so far. */
export function useJobs(filter: JobFilter) {
  return useInfiniteQuery({
    queryKey: ['jobs', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/jobs', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

export function useCompleteJob(id: string) {
  return useCommand((variables: Record<string, unknown>, header) =>
    answer(
      api.POST('/api/v1/jobs/{job_id}/complete', {
        params: { path: { job_id: id }, header },
        body: { variables: variables },
      }),
    ),
  );
}

export function useFailJob(id: string) {
  return useCommand((body: Schemas['JobFailure'], header) =>
    answer(api.POST('/api/v1/jobs/{job_id}/fail', { params: { path: { job_id: id }, header }, body })),
  );
}

export function useRetryJob(id: string) {
  return useCommand((_: null, header) =>
    answer(api.POST('/api/v1/jobs/{job_id}/retry', { params: { path: { job_id: id }, header } })),
  );
}
