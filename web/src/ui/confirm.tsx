/** Asking before something that cannot be taken back. The dialog is loaded with the first question. */
import { lazy, Suspense, useSyncExternalStore, type ReactNode } from 'react';

export interface Question {
  title: string;
  text: ReactNode;
  /** What the button says: a verb, never "OK". */
  action: string;
  /** Something is lost by it. */
  danger?: boolean;
}

export interface Asked extends Question {
  answer: (agreed: boolean) => void;
}

const ConfirmDialog = lazy(() => import('./confirm-dialog'));

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function show(question: Asked | null): void {
  asked = question;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True once the person agreed; false when she closed the dialog in any other way. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    const answer = (agreed: boolean) => {
      show(null);
      resolve(agreed);
    };
    show({ ...question, answer });
  });
}

/** Where the question appears; once in the application. */
export function Confirmation() {
  const question = useSyncExternalStore(subscribe, () => asked);
  return <Suspense>{question && <ConfirmDialog {...question} />}</Suspense>;
}
