/** Going through a list with the keyboard: j and k or the arrows move, c claims; Enter opens, as links do. */
import { useEffect, useRef, type RefObject } from 'react';

const STEPS: Partial<Record<string, number>> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const TYPING = 'input, textarea, select, [contenteditable="true"], [role="dialog"] *';

interface Actions {
  /** Gets the `data-row` of the link that has the focus. */
  claim: (row: string) => void;
}

/** Put it on the element around links that carry `data-row`. */
export function useRowKeys(actions: Actions): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useFocusKept(list);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.matches(TYPING)) return;
      const rows = rowsIn(list.current);
      const at = rows.indexOf(document.activeElement as HTMLElement);
      const step = STEPS[event.key];
      if (step !== undefined && (at >= 0 || event.key.length === 1)) {
        event.preventDefault();
        rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
      }
      const row = rows[at]?.dataset.row;
      if (event.key === 'c' && row !== undefined) latest.current.claim(row);
    };
    document.addEventListener('keydown', listen);
    return () => {
      document.removeEventListener('keydown', listen);
    };
  }, []);
  return list;
}

/** When the row that had the focus leaves the list, the one that takes its place gets it. */
function useFocusKept(list: RefObject<HTMLDivElement | null>): void {
  const last = useRef<{ row: string; at: number }>(null);
  useEffect(() => {
    const place = list.current;
    const remember = ({ target }: FocusEvent) => {
      const entry = (target as HTMLElement).closest('tr, li');
      const at = rowsIn(place).findIndex((row) => entry?.contains(row));
      const row = rowsIn(place)[at]?.dataset.row;
      last.current = row === undefined ? null : { row, at };
    };
    const forget = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget !== null && !place?.contains(relatedTarget as Node)) last.current = null;
    };
    place?.addEventListener('focusin', remember);
    place?.addEventListener('focusout', forget);
    return () => {
      place?.removeEventListener('focusin', remember);
      place?.removeEventListener('focusout', forget);
    };
  }, [list]);
  useEffect(() => {
    const kept = last.current;
    if (kept === null || document.activeElement !== document.body) return;
    const rows = rowsIn(list.current);
    if (rows.every((row) => row.dataset.row !== kept.row)) rows[Math.min(kept.at, rows.length - 1)]?.focus();
  });
}

function rowsIn(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
}
