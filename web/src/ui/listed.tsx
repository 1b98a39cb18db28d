/** A list read page by page: grey rows while it is read, the problem, why it is empty, the items, and more. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { startTransition, useEffect, useState, type ReactNode } from 'react';
import { Loading } from './loading';
import { More } from './more';
import { ProblemAlert } from './problem-alert';

/** As many rows as most screens show: those below are drawn once these stand there. */
const SCREENFUL = 12;

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
  // A page that somebody comes back to is drawn whole at once, and scrolled to where she was.
  const [waited] = useState(query.isPending);
  return (
    <>
      {error && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {query.isPending && <Loading count={expected} />}
      {data && (data.length === 0 ? empty : <Items items={data} screenfulFirst={waited} draw={children} />)}
      <More {...query} />
    </>
  );
}

interface ItemsProps<Item> {
  items: Item[];
  screenfulFirst: boolean;
  draw: (items: Item[]) => ReactNode;
}

function Items<Item>({ items, screenfulFirst, draw }: ItemsProps<Item>) {
  const [whole, setWhole] = useState(!screenfulFirst);
  useEffect(() => {
    startTransition(() => {
      setWhole(true);
    });
  }, []);
  return draw(whole ? items : items.slice(0, SCREENFUL));
}
