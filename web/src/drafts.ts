/**
 * What was typed and not yet sent, kept in this browser per person and form: a reload, a lost connection or
 * an expired session costs nobody her words.
 */
import { useCallback, useState } from 'react';
import { usePerson } from './api/session';

const PREFIX = 'baton.draft.';
const KEPT_FOR = 30 * 86_400_000;

interface Kept<Value> {
  at: number;
  value: Value;
}

export interface Draft<Value> {
  /** What was typed last; null when there is nothing. */
  value: Value | null;
  /** When that was, in milliseconds. */
  at: number | null;
  keep: (value: Value) => void;
  /** It was sent, or is not wanted any more. */
  discard: () => void;
}

/** The draft of one form of the signed-in person. `form` names it, such as `task.<id>`. */
export function useDraft<Value>(form: string): Draft<Value> {
  const key = `${PREFIX}${usePerson().id}.${form}`;
  const [state, setState] = useState(() => ({ key, kept: read<Value>(key) }));
  let current = state;
  if (state.key !== key) {
    current = { key, kept: read<Value>(key) };
    setState(current);
  }
  const keep = useCallback(
    (value: Value) => {
      const kept = { at: Date.now(), value };
      setState({ key, kept });
      write(key, kept);
    },
    [key],
  );
  const discard = useCallback(() => {
    setState({ key, kept: null });
    localStorage.removeItem(key);
  }, [key]);
  return { value: current.kept?.value ?? null, at: current.kept?.at ?? null, keep, discard };
}

function read<Value>(key: string): Kept<Value> | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Kept<Value> | null;
  } catch {
    return null;
  }
}

function write<Value>(key: string, kept: Kept<Value>): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // The browser's store is full or closed: typing must go on all the same.
  }
}

/** Throw away drafts nobody came back to. */
export function sweepDrafts(): void {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = read<unknown>(key);
    if (kept === null || Date.now() - kept.at > KEPT_FOR) localStorage.removeItem(key);
  }
}
