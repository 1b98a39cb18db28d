/**
 * What in a form's data does not fit its schema, one fault a field, as the server would judge it. Formats are the
 * server's to decide: its list and the browser's differ.
 *
 * The usual validators compile schemas with `eval`, which the content security policy forbids; this one reads them.
 */
import { Validator, type OutputUnit, type Schema as ReadSchema } from '@cfworker/json-schema';
import {
  isReadOnlyAt,
  pathIn,
  pointerSteps,
  schemaAt,
  valueAt,
  type Data,
  type Path,
  type Schema,
} from './schema';

export interface Fault {
  path: Path;
  keyword: string;
  /** What the keyword asks for: a length, a bound, the values to choose from. */
  limit: unknown;
}

/** Keywords that only pass on what others inside them found. */
const CARRIERS = new Set(
  (
    'properties patternProperties additionalProperties items prefixItems allOf anyOf oneOf if $ref ' +
    'dependentSchemas contains propertyNames'
  ).split(' '),
);
const SERVERS_OWN = new Set(['format', 'unevaluatedProperties']);
const KEPT = 200;

const validators = new Map<string, Validator>();

/** The validator of a schema; it writes into what it is given, so it gets a copy. */
function validatorOf(schema: Schema): Validator {
  const text = JSON.stringify(schema);
  let validator = validators.get(text);
  if (validator === undefined) {
    validator = new Validator(JSON.parse(text) as ReadSchema, '2020-12', false);
    if (validators.size >= KEPT) validators.clear();
    validators.set(text, validator);
  }
  return validator;
}

/** `undefined`, which forms are full of, is no JSON. */
function plain(data: unknown): unknown {
  return data === undefined ? undefined : JSON.parse(JSON.stringify(data));
}

/** Whether data fits a part of a form's schema; definitions are those of `root`. */
export function fits(schema: Schema, data: unknown, root: Schema): boolean {
  const value = plain(data);
  if (value === undefined) return false;
  try {
    const { errors, valid } = validatorOf({ $defs: root.$defs, allOf: [schema] }).validate(value);
    return valid || leaves(errors).length === 0;
  } catch {
    return false;
  }
}

export function faultsOf(schema: Schema, data: Data): Fault[] {
  const value = plain(data);
  const found = new Map<string, Fault>();
  for (const unit of leaves(unitsOf(schema, value))) {
    const fault = faultOf(schema, value, unit);
    const key = JSON.stringify(fault.path);
    const known = found.get(key);
    if (known === undefined || known.keyword === 'type') found.set(key, fault);
  }
  return [...found.values()].filter(({ path }) => !isReadOnlyAt(schema, path));
}

/** A pattern that this browser cannot read is left to the server. */
function unitsOf(schema: Schema, value: unknown): OutputUnit[] {
  try {
    return validatorOf(schema).validate(value).errors;
  } catch {
    return [];
  }
}

/** The errors that name a reason; of several alternatives, those of the nearest. */
function leaves(units: readonly OutputUnit[]): OutputUnit[] {
  const choices = units.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const left = choices.reduce<readonly OutputUnit[]>((kept, choice) => {
    const inside = (unit: OutputUnit) => unit.keywordLocation.startsWith(`${choice.keywordLocation}/`);
    const branchOf = (unit: OutputUnit) =>
      unit.keywordLocation.slice(choice.keywordLocation.length + 1).split('/')[0];
    const within = kept.filter(inside);
    const branches = [...new Set(within.map(branchOf))].map((name) =>
      within.filter((unit) => branchOf(unit) === name),
    );
    const nearest = branches.sort((one, other) => distance(one) - distance(other))[0] ?? [];
    return kept.filter((unit) => !inside(unit) || nearest.includes(unit));
  }, units);
  return left
    .filter(({ keyword }) => !CARRIERS.has(keyword) && !SERVERS_OWN.has(keyword))
    .concat(bare(units));
}

/** A choice of which nothing inside failed: more than one alternative of `oneOf` fits. */
function bare(units: readonly OutputUnit[]): OutputUnit[] {
  return units.filter(
    ({ keyword, keywordLocation }) =>
      keyword === 'oneOf' && !units.some((unit) => unit.keywordLocation.startsWith(`${keywordLocation}/`)),
  );
}

/** An alternative of another type or with another constant is further away than one with a missing field. */
function distance(units: readonly OutputUnit[]): number {
  return units.reduce((sum, { keyword }) => sum + (keyword === 'type' || keyword === 'const' ? 10 : 1), 0);
}

function faultOf(schema: Schema, value: unknown, unit: OutputUnit): Fault {
  const at = pathIn(value, pointerSteps(unit.instanceLocation));
  const limit = schemaAt(schema, unit.keywordLocation);
  // An entry that was added to a list and left empty.
  if (unit.keyword === 'type' && valueAt(value, at) === null) return { path: at, keyword: 'required', limit };
  const missing = unit.keyword === 'required' ? missingName(unit, limit, valueAt(value, at)) : undefined;
  return { path: missing === undefined ? at : [...at, missing], keyword: unit.keyword, limit };
}

/** The validator names the missing property in its sentence alone. */
function missingName(unit: OutputUnit, names: unknown, value: unknown): string | undefined {
  const missing = (Array.isArray(names) ? (names as string[]) : []).filter(
    (name) => valueAt(value, [name]) === undefined,
  );
  return missing.find((name) => unit.error.includes(`"${name}"`)) ?? missing[0];
}
