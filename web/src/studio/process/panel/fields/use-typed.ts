/**
 * A text being typed: kept here until the person pauses or leaves the field, then handed on as one change, so
 * that undo goes back by thoughts and not by letters.
 */
import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 500;

export interface Typed {
  value: string;
  onChange: (value: string) => void;
  onBlur: () => void;
}

export function useTyped(stored: string, commit: (value: string) => void): Typed {
  const [typed, setTyped] = useState({ stored, value: stored });
  if (typed.stored !== stored) setTyped({ stored, value: stored });

  const pending = useRef<{ value: string; timer: number } | null>(null);
  const latest = useRef({ stored, commit });
  useEffect(() => {
    latest.current = { stored, commit };
  });

  const flush = useRef(() => {
    if (!pending.current) return;
    window.clearTimeout(pending.current.timer);
    const { value } = pending.current;
    pending.current = null;
    if (value !== latest.current.stored) latest.current.commit(value);
  });
  useEffect(() => flush.current, []);

  return {
    value: typed.value,
    onChange: (value) => {
      setTyped({ stored, value });
      if (pending.current) window.clearTimeout(pending.current.timer);
      const timer = window.setTimeout(() => {
        flush.current();
      }, PAUSE_MS);
      pending.current = value === stored ? null : { value, timer };
      if (value === stored) window.clearTimeout(timer);
    },
    onBlur: () => {
      flush.current();
    },
  };
}
