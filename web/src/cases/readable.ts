/** Values as people read them: with the labels and choices of the form they came through, where that is known. */
import { labelAt, type FormDocument, type Schema } from '../forms/schema';

export interface Line {
  label: string;
  value: string;
}

interface Words {
  yes: string;
  no: string;
  nothing: string;
}

/** What was sent through a form, in its order; without a form, by the names of the variables. */
export function lines(data: Record<string, unknown>, form: FormDocument | null, words: Words): Line[] {
  return ordered(Object.keys(data), form).map((name) => ({
    label: form ? labelAt(form.schema, [name]) : name,
    value: readable(chosen(data[name], name, form), words),
  }));
}

function ordered(names: string[], form: FormDocument | null): string[] {
  const order = (form?.ui['ui:order'] as string[] | undefined) ?? Object.keys(form?.schema.properties ?? {});
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return names.toSorted((one, other) => place(one) - place(other));
}

/** What the form calls a choice: "2 - a department or site" for 2. */
function chosen(value: unknown, name: string, form: FormDocument | null): unknown {
  const schema = form?.schema.properties?.[name];
  const named = (form?.ui[name] as Record<string, unknown> | undefined)?.['ui:enumNames'];
  const index = schema?.enum?.findIndex((one) => one === value) ?? -1;
  if (index >= 0 && Array.isArray(named)) return (named as unknown[])[index] ?? value;
  const branches = (schema?.oneOf ?? []) as Schema[];
  return branches.find((branch) => 'const' in branch && branch.const === value)?.title ?? value;
}

/** A JSON value in a line or a few. */
export function readable(value: unknown, words: Words): string {
  if (value === null || value === undefined || value === '') return words.nothing;
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return JSON.stringify(value, null, 2);
}
