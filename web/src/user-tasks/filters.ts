/** What a list of tasks is narrowed to, kept in the address: it can be sent, and the way back restores it. */
import { useSearchParams } from 'react-router';
import type { TaskFilter } from '../api/user-tasks';

export const TABS = ['mine', 'team', 'all'] as const;
export type Tab = (typeof TABS)[number];

export interface Chosen {
  tab: Tab;
  text: string;
  /** The key of a process, or ''. */
  process: string;
  /** A group's name, or ''. */
  group: string;
  /** '1' to '4', or ''. */
  priority: string;
  overdue: boolean;
  /** Also what somebody of the team has claimed. */
  claimed: boolean;
  oldest: boolean;
}

const NAMES = {
  text: 'q',
  process: 'process',
  group: 'group',
  priority: 'priority',
} as const;
const FLAGS = { overdue: 'overdue', claimed: 'claimed', oldest: 'oldest' } as const;

type Word = keyof typeof NAMES;
type Flag = keyof typeof FLAGS;
const WORDS = Object.keys(NAMES) as Word[];
const FLAG_NAMES = Object.keys(FLAGS) as Flag[];

export function useChosen(): [Chosen, (change: Partial<Chosen>) => void] {
  const [params, setParams] = useSearchParams();
  const chosen = chosenIn(params);
  const change = (changes: Partial<Chosen>) => {
    setParams(written({ ...chosen, ...changes }), { replace: true });
  };
  return [chosen, change];
}

/** What the query of an address says. */
export function chosenIn(params: URLSearchParams): Chosen {
  const word = (name: Word) => params.get(NAMES[name]) ?? '';
  const flag = (name: Flag) => params.has(FLAGS[name]);
  return {
    tab: TABS.find((tab) => tab === params.get('tab')) ?? 'mine',
    text: word('text'),
    process: word('process'),
    group: word('group'),
    priority: word('priority'),
    overdue: flag('overdue'),
    claimed: flag('claimed'),
    oldest: flag('oldest'),
  };
}

function written(chosen: Chosen): [string, string][] {
  const words = WORDS.filter((name) => chosen[name] !== '').map((name) => [NAMES[name], chosen[name]]);
  const flags = FLAG_NAMES.filter((name) => chosen[name]).map((name) => [FLAGS[name], 'yes']);
  const tab = chosen.tab === 'mine' ? [] : [['tab', chosen.tab]];
  return [...tab, ...words, ...flags] as [string, string][];
}

/** Back to the whole of a list, in the order that was chosen. */
export const CLEARED: Partial<Chosen> = {
  text: '',
  process: '',
  group: '',
  priority: '',
  overdue: false,
  claimed: false,
};

/** How many filters narrow the list. */
export function narrowing({ text, process, group, priority, overdue }: Chosen): number {
  return [text.trim(), process, group, priority, overdue].filter(Boolean).length;
}

export function filterOf(chosen: Chosen): TaskFilter {
  const { tab, process, group, priority, overdue, claimed, oldest } = chosen;
  const text = chosen.text.trim();
  return {
    ...(tab === 'mine' ? { assignee: 'me' } : {}),
    ...(tab === 'team' ? { group: group || 'mine', unassigned: !claimed } : {}),
    ...(tab === 'all' && group !== '' ? { group } : {}),
    ...(text === '' ? {} : { q: text }),
    ...(process === '' ? {} : { definition: process }),
    ...(priority === '' ? {} : { priority: Number(priority) }),
    ...(overdue ? { overdue } : {}),
    sort: oldest ? 'created' : 'due',
  };
}
