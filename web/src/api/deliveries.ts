/** Deliveries: messages and signals that cases have sent and that have not arrived. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { useCommand } from './queries';
import type { paths } from './schema';

export type Delivery = Schemas['OnItsWay'];
export type DeliveryFilter = Omit<
  NonNullable<paths['/api/v1/deliveries']['get']['parameters']['query']>,
  'cursor'
>;

/** How often an open page looks again. */
const LOOK_AGAIN = 15_000;

/** The deliveries that fit, page by page; `data` are the items of all pages read so far. */
export function useDeliveries(filter: DeliveryFilter) {
  return useInfiniteQuery({
    queryKey: ['deliveries', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      answer(api.GET('/api/v1/deliveries', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: LOOK_AGAIN,
  });
}

/** Send a dead delivery once more. */
export function useRetryDelivery() {
  return useCommand((id: string, header) =>
    answer(
      api.POST('/api/v1/deliveries/{delivery_id}/retry', { params: { path: { delivery_id: id }, header } }),
    ),
  );
}
