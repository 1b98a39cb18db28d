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
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.matches(TYPING)) return;
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
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
