/** Process instances: cases, on screens. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { useCommand } from './queries';
import type { paths } from './schema';

export type ProcessInstance = Schemas['ProcessInstance'];
export type HistoryEntry = Schemas['HistoryEntry'];
export type Comment = Schemas['Comment'];
export type Position = Schemas['Position'];
export type AwaitedMessage = Schemas['AwaitedMessage'];
export type Variables = Record<string, unknown>;
export type InstanceFilter = Omit<
  NonNullable<paths['/api/v1/process-instances']['get']['parameters']['query']>,
  'cursor'
>;

/** How often an open page looks again; an answer that has not changed costs no more than its headers. */
const LOOK_AGAIN = 15_000;

/** The cases that fit, page by page; `data` are the items of all pages read so far. */
export function useProcessInstances(filter: InstanceFilter) {
  return useInfiniteQuery({
    queryKey: ['process-instances', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/process-instances', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    // While somebody types a search, what was found before stays in sight.
    placeholderData: (before) => before,
  });
}

export function useProcessInstance(id: string) {
  return useQuery({
    queryKey: ['process-instance', id],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/process-instances/{instance_id}', {
          params: { path: { instance_id: id } },
          signal,
        }),
      ),
    refetchInterval: LOOK_AGAIN,
  });
}

/** What happened in a case, the newest first, page by page. */
export function useHistory(id: string) {
  return useInfiniteQuery({
    queryKey: ['process-instance', id, 'history'],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(
        api.GET('/api/v1/process-instances/{instance_id}/history', {
          params: { path: { instance_id: id }, query: { cursor, limit: 100, sort: 'newest' } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: LOOK_AGAIN,
  });
}

/** What people said about a case, the oldest first, page by page. */
export function useComments(id: string) {
  return useInfiniteQuery({
    queryKey: ['process-instance', id, 'comments'],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(
        api.GET('/api/v1/process-instances/{instance_id}/comments', {
          params: { path: { instance_id: id }, query: { cursor, limit: 100 } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: LOOK_AGAIN,
  });
}

export function useComment(id: string) {
  return useCommand((text: string, header) =>
    answer(
      api.POST('/api/v1/process-instances/{instance_id}/comments', {
        params: { path: { instance_id: id }, header },
        body: { text },
      }),
    ),
  );
}

/** The diagram of a case, and where it stands in it. */
export function useDiagram(id: string) {
  return useQuery({
    queryKey: ['process-instance', id, 'diagram'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/process-instances/{instance_id}/diagram', {
          params: { path: { instance_id: id } },
          signal,
        }),
      ),
    refetchInterval: LOOK_AGAIN,
  });
}

export function useVariables(id: string) {
  return useQuery({
    queryKey: ['process-instance', id, 'variables'],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/process-instances/{instance_id}/variables', {
          params: { path: { instance_id: id } },
          signal,
        }),
      ) as Promise<Variables>,
  });
}

/** Sets those that are given; the others stay. */
export function useChangeVariables(id: string) {
  return useCommand((body: Variables) =>
    answer(
      api.PATCH('/api/v1/process-instances/{instance_id}/variables', {
        params: { path: { instance_id: id } },
        body,
      }),
    ),
  );
}

/** The messages a case waits for. */
export function useAwaitedMessages(id: string) {
  return useQuery({
    queryKey: ['process-instance', id, 'messages'],
    queryFn: async ({ signal }) =>
      (
        await answer(
          api.GET('/api/v1/process-instances/{instance_id}/messages', {
            params: { path: { instance_id: id } },
            signal,
          }),
        )
      ).items,
  });
}

interface Sent {
  name: string;
  /** null: none. */
  payload: Record<string, unknown> | null;
}

/** Send a message to this case. */
export function useSendMessage(id: string) {
  return useCommand(({ name, payload }: Sent, header) =>
    answer(
      api.POST('/api/v1/messages', {
        params: { header },
        body: { name, instance: id, correlation_key: null, payload },
      }),
    ),
  );
}

export type Order = 'cancel' | 'suspend' | 'resume' | 'retry';

/** A command on a case that takes nothing but a reason. */
export function useOrder(id: string, order: Order) {
  return useCommand((reason: string, header) =>
    answer(
      api.POST(`/api/v1/process-instances/{instance_id}/${order}`, {
        params: { path: { instance_id: id }, header },
        body: { reason: reason.trim() === '' ? null : reason.trim() },
      }),
    ),
  );
}

/** Start a case of the latest version of a process. */
export function useStart(definition: string) {
  return useCommand((variables: Variables, header) =>
    answer(
      api.POST('/api/v1/process-instances', {
        params: { header },
        body: {
          definition,
          variables: variables,
          title: null,
          service: null,
        },
      }),
    ),
  );
}
