/** A list read page by page: grey rows while it is read, the problem, why it is empty, the items, and more. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading } from './loading';
import { More } from './more';
import { ProblemAlert } from './problem-alert';

interface Props<Item> {
  query: UseInfiniteQueryResult<Item[]>;
  empty: ReactNode;
  /** How many rows are likely to come. */
  expected?: number;
  children: (items: Item[]) => ReactNode;
}

/** What was read before stays in sight when reading it again fails. */
export function Listed<Item>({ query, empty, expected, children }: Props<Item>) {
  const { data, error, refetch } = query;
  return (
    <>
      {error && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {query.isPending && <Loading count={expected} />}
      {data && (data.length === 0 ? empty : children(data))}
      <More {...query} />
    </>
  );
}
