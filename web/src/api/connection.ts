/** Whether the server can be reached, as the last requests showed. */
import { useSyncExternalStore } from 'react';

const PROBE_EVERY = 3_000;

let lost = false;
let probe: number | undefined;
const listeners = new Set<() => void>();

function tell(now: boolean): void {
  if (lost === now) return;
  lost = now;
  for (const listener of listeners) listener();
}

/** A request got no answer: look for the server until it is back. */
export function connectionLost(): void {
  tell(true);
  probe ??= window.setInterval(() => void look(), PROBE_EVERY);
}

export function connectionWorks(): void {
  window.clearInterval(probe);
  probe = undefined;
  tell(false);
}

async function look(): Promise<void> {
  try {
    const { ok } = await fetch('/readyz', { cache: 'no-store' });
    if (ok) connectionWorks();
  } catch {
    // Still away.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// What the browser notices by itself (a cable, a tunnel) needs no failed request to be told.
window.addEventListener('offline', connectionLost);
window.addEventListener('online', () => void look());

export function useConnectionLost(): boolean {
  return useSyncExternalStore(subscribe, () => lost);
}

/** Call back each time the server is reached again. */
export function onReconnected(act: () => void): () => void {
  return subscribe(() => {
    if (!lost) act();
  });
}
