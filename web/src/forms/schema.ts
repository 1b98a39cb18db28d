/** Walking a form's schema: what it declares at a path, wherever in it that stands. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Data = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** JSON Schema 2020-12, as far as forms use it. */
export interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  type?: string | string[];
  enum?: Json[];
  readOnly?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
}

export interface FormDocument {
  schema: Schema;
  ui: Record<string, unknown>;
  /** What differs in other languages; the server has laid it over what it sends for a task already. */
  i18n?: Record<string, { schema?: unknown; ui?: unknown }>;
}

const ALTERNATIVES = ['allOf', 'anyOf', 'oneOf'] as const;
const CONDITIONAL = ['then', 'else'] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The definition a local reference names; the schema itself when it has none. */
export function resolved(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  const found = name === undefined ? undefined : root.$defs?.[unescaped(name)];
  return found ? { ...found, ...schema, $ref: undefined } : schema;
}

/** The schema and all that may apply beside it. */
function* layers(root: Schema, given: Schema): Generator<Schema> {
  const schema = resolved(root, given);
  yield schema;
  for (const keyword of ALTERNATIVES) {
    const several = schema[keyword];
    if (Array.isArray(several)) for (const one of several.filter(isObject)) yield* layers(root, one);
  }
  for (const keyword of CONDITIONAL) {
    const one = schema[keyword];
    if (isObject(one)) yield* layers(root, one);
  }
}

/** Every declaration of the field at a path. */
function declarations(root: Schema, path: Path): Schema[] {
  return path.reduce<Schema[]>(
    (schemas, step) =>
      schemas.flatMap((schema) => [...layers(root, schema)].flatMap((layer) => children(layer, step))),
    [root],
  );
}

function children(schema: Schema, step: string | number): Schema[] {
  const found =
    typeof step === 'string'
      ? schema.properties?.[step]
      : ((schema.prefixItems as Schema[] | undefined)?.[step] ?? schema.items);
  return isObject(found) ? [found] : [];
}

/** What people call the field at a path. */
export function labelAt(root: Schema, path: Path): string {
  const titled = declarations(root, path).flatMap((schema) => [...layers(root, schema)]);
  const own = titled.find((schema) => schema.title !== undefined)?.title;
  if (own !== undefined) return own;
  const last = path.at(-1);
  if (typeof last === 'number') return `${labelAt(root, path.slice(0, -1))} ${String(last + 1)}`;
  return last ?? '';
}

/** Whether what stands at a path, or around it, is only shown. */
export function isReadOnlyAt(root: Schema, path: Path): boolean {
  return path.some((_, index) =>
    declarations(root, path.slice(0, index + 1)).some((schema) => resolved(root, schema).readOnly === true),
  );
}

/** The data without what is only shown, and without what is undefined. */
export function writable(root: Schema, data: Data): Data {
  const entries = Object.entries(data).filter(
    ([name, value]) => value !== undefined && !isReadOnlyAt(root, [name]),
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Data;
}

/** The schema that a keyword location of the validator stands in. */
export function schemaAt(root: Schema, location: string): unknown {
  return pointerSteps(location).reduce<unknown>((at, step) => {
    if (step === '$ref' && isObject(at)) return resolved(root, at);
    return isObject(at) || Array.isArray(at) ? (at as Record<string, unknown>)[step] : undefined;
  }, root);
}

/** The value at a path; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (isObject(at) || Array.isArray(at) ? (at as Record<string, unknown>)[step] : undefined),
    data,
  );
}

/** The steps of a JSON pointer fragment such as `#/items/0/name`. */
export function pointerSteps(pointer: string): string[] {
  return pointer
    .replace(/^#\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .map((step) => unescaped(decodeURIComponent(step)));
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The path of a pointer into this data: a step into a list is its index. */
export function pathIn(data: unknown, steps: readonly string[]): Path {
  return steps.map((step, index) =>
    Array.isArray(valueAt(data, steps.slice(0, index))) && /^\d+$/.test(step) ? Number(step) : step,
  );
}

/** A document in a language: what its `i18n` has for it laid over the author's own. */
export function inLanguage(document: FormDocument, language: string): FormDocument {
  const overlays = document.i18n ?? {};
  const spoken = language.split('-')[0];
  const overlay =
    overlays[language] ?? Object.entries(overlays).find(([tag]) => tag.split('-')[0] === spoken)?.[1];
  return overlay === undefined
    ? document
    : {
        schema: overlaid(document.schema, overlay.schema) as Schema,
        ui: overlaid(document.ui, overlay.ui) as FormDocument['ui'],
      };
}

function overlaid(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (isObject(base) && isObject(over)) {
    const names = new Set([...Object.keys(base), ...Object.keys(over)]);
    return Object.fromEntries([...names].map((name) => [name, overlaid(base[name], over[name])]));
  }
  if (Array.isArray(base) && Array.isArray(over) && over.every(isObject)) {
    return base.map((entry: unknown, index) => overlaid(entry, over[index]));
  }
  return over;
}
