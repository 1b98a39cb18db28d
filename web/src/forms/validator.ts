/** Our validation in the shape react-jsonschema-form asks for. */
import { toErrorSchema, type RJSFValidationError, type ValidatorType } from '@rjsf/utils';
import type { TFunction } from 'i18next';
import { faultsOf, fits, type Fault } from './faults';
import { labelAt, type Data, type Path, type Schema } from './schema';

type T = TFunction<'forms'>;

/** A validator that speaks the reader's language. */
export function validatorIn(t: T): ValidatorType<Data> {
  return {
    isValid: (schema, data, root) => fits(schema as Schema, data, root as Schema),
    rawValidation: () => ({}),
    validateFormData: (data, schema, _check, _transform, ui) => {
      const faults = asLaidOut(faultsOf(schema as Schema, data ?? {}), schema as Schema, ui ?? {});
      const errors = faults.map((fault) => entry(fault, schema as Schema, t));
      return { errors, errorSchema: toErrorSchema<Data>(errors) };
    },
  };
}

/** In the order in which the fields stand on the page. */
function asLaidOut(faults: readonly Fault[], schema: Schema, ui: Record<string, unknown>): Fault[] {
  const order = (ui['ui:order'] as string[] | undefined) ?? Object.keys(schema.properties ?? {});
  const place = ({ path: [name] }: Fault) => {
    const found = order.indexOf(String(name));
    return found < 0 ? order.length : found;
  };
  return [...faults].sort((one, other) => place(one) - place(other));
}

function entry(fault: Fault, schema: Schema, t: T): RJSFValidationError {
  const message = sentence(fault, t);
  return {
    name: fault.keyword,
    property: property(fault.path),
    message,
    stack: `${labelAt(schema, fault.path)}: ${message}`,
  };
}

/** A path as the form library writes it: `.items[0].name`; the whole form is `.`. */
export function property(path: Path): string {
  if (path.length === 0) return '.';
  return path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${step}`)).join('');
}

function sentence({ keyword, limit }: Fault, t: T): string {
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return t('fault.required');
    case 'enum':
    case 'const':
      return t('fault.enum');
    case 'minLength':
      return limit === 1 ? t('fault.required') : t('fault.minLength', { count: Number(limit) });
    case 'maxLength':
      return t('fault.maxLength', { count: Number(limit) });
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
    case 'multipleOf':
      return t(`fault.${keyword}`, { limit: Number(limit) });
    case 'minItems':
    case 'maxItems':
    case 'minContains':
    case 'maxContains':
      return t(`fault.${keyword === 'minItems' || keyword === 'minContains' ? 'minItems' : 'maxItems'}`, {
        count: Number(limit),
      });
    case 'uniqueItems':
      return t('fault.uniqueItems');
    case 'pattern':
      return t('fault.pattern');
    case 'type':
      return limit === 'integer'
        ? t('fault.integer')
        : limit === 'number'
          ? t('fault.number')
          : t('fault.other');
    default:
      return t('fault.other');
  }
}
