/** A form's text as a document, or why it is none. */
import type { FormDocument } from '../../forms/schema';

export type Parsed =
  { document: FormDocument; fault: null } | { document: null; fault: { line: number; reason: string } };

export function parseForm(text: string): Parsed {
  try {
    const value = JSON.parse(text) as Partial<FormDocument> | null;
    if (typeof value === 'object' && value !== null && typeof value.schema === 'object') {
      return { document: { ...value, schema: value.schema, ui: value.ui ?? {} }, fault: null };
    }
    return { document: null, fault: { line: 1, reason: '' } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return { document: null, fault: { line: lineIn(reason, text), reason } };
  }
}

/** The line a parser's message speaks of: it tells a line, or how many characters come before. */
function lineIn(message: string, text: string): number {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return position ? text.slice(0, Number(position)).split('\n').length : text.split('\n').length;
}
