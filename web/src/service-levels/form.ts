/** What the form of a document is given. */
import type { Document } from '../api/service-levels';

export interface FormProps {
  /** The key of the document. */
  id: string;
  document: Document;
  onChange: (document: Document) => void;
}

/** Change some entries; undefined takes one away. */
export function changed(document: Document, entries: Record<string, unknown>): Document {
  return Object.fromEntries(
    Object.entries({ ...document, ...entries }).filter(([, value]) => value !== undefined),
  );
}

/** A text of a document; '' when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
