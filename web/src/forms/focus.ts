/** Leading somebody to a field. */
import type { Path } from './schema';

const INPUT = 'input, textarea, select, button';
const FAULTY =
  ':is(input, textarea, select)[aria-invalid="true"], [data-faulty] :is(input, textarea, select, button)';

/** The id that the form library gives the field at a path. */
export function fieldId(path: Path): string {
  return ['root', ...path.map(String)].join('_');
}

/** Put the focus into the field at a path, or into the nearest group around it. */
export function focusField(path: Path): void {
  for (let length = path.length; length > 0; length -= 1) {
    const place = document.getElementById(fieldId(path.slice(0, length)));
    const input = place?.matches(INPUT) ? place : place?.querySelector<HTMLElement>(INPUT);
    if (input) {
      input.focus();
      input.scrollIntoView({ block: 'center' });
      return;
    }
  }
}

/** Put the focus into the first field of a form that is marked as wrong; what stands first on the page is first. */
export function focusFirstFault(form: HTMLElement | null): void {
  const input = form?.querySelector<HTMLElement>(FAULTY);
  input?.focus();
  input?.scrollIntoView({ block: 'center' });
}
