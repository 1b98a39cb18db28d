/** How a form is laid out: what is only shown as quiet text, lists and groups as fieldsets, errors in one place. */
import { Alert, Anchor, Fieldset, List, Stack, Text } from '@mantine/core';
import {
  errorId,
  type ErrorListProps,
  type FieldErrorProps,
  type FieldTemplateProps,
  type ObjectFieldTemplateProps,
  type RJSFSchema,
} from '@rjsf/utils';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { focusField } from './focus';
import classes from './form-view.module.css';
import { labelAt, type Json, type Schema } from './schema';

const SCALAR = new Set(['string', 'number', 'integer', 'boolean', 'null']);

export function Field(props: FieldTemplateProps<unknown>) {
  const { schema, readonly, hidden, children, errors, help, label, formData } = props;
  if (hidden) return <div hidden>{children}</div>;
  if ((readonly || schema.readOnly) && isScalar(schema)) {
    return <Shown label={label} schema={schema} names={namesIn(props.uiSchema)} value={formData as Json} />;
  }
  return (
    <>
      {children}
      {errors}
      {help}
    </>
  );
}

function isScalar(schema: RJSFSchema): boolean {
  return schema.enum !== undefined || (typeof schema.type === 'string' && SCALAR.has(schema.type));
}

function namesIn(ui: FieldTemplateProps['uiSchema']): readonly string[] {
  return (ui?.['ui:enumNames'] as string[] | undefined) ?? [];
}

interface ShownProps {
  label: string;
  schema: RJSFSchema;
  names: readonly string[];
  value: Json | undefined;
}

/** A value nobody can change here; without one there is nothing to show. */
function Shown({ label, schema, names, value }: ShownProps) {
  if (value === undefined || value === null || value === '') return null;
  return (
    <div className={classes.shown}>
      <Text size="sm" c="dimmed" component="div">
        {label}
      </Text>
      <Text component="div" className={classes.text}>
        <Value schema={schema} names={names} value={value} />
      </Text>
    </div>
  );
}

function Value({ schema, names, value }: { schema: RJSFSchema; names: readonly string[]; value: Json }) {
  const { t } = useTranslation('forms');
  const place = schema.enum?.findIndex((one) => one === value) ?? -1;
  if (place >= 0 && names[place] !== undefined) return <>{names[place]}</>;
  if (typeof value === 'boolean') return <>{value ? t('yes') : t('no')}</>;
  if (schema.format === 'date-time' && typeof value === 'string') return <Instant at={value} as="exact" />;
  return <>{typeof value === 'string' ? value : JSON.stringify(value)}</>;
}

export function ObjectFields(props: ObjectFieldTemplateProps<unknown>) {
  const { title, description, properties, fieldPathId } = props;
  const fields = properties
    .filter(({ hidden }) => !hidden)
    .map(({ name, content }) => <div key={name}>{content}</div>);
  const isRoot = fieldPathId.path.length === 0;
  if (isRoot) return <Stack gap="md">{fields}</Stack>;
  return (
    <Fieldset legend={title} id={fieldPathId.$id}>
      {description && (
        <Text size="sm" c="dimmed" mb="sm">
          {description}
        </Text>
      )}
      <Stack gap="sm">{fields}</Stack>
    </Fieldset>
  );
}

/** Inputs show their own errors; what is wrong with a list or a group as a whole is shown here. */
export function GroupError({ errors, fieldPathId, schema }: FieldErrorProps<unknown>) {
  const isGroup =
    (schema.type === 'array' && !isScalar(schema.items as RJSFSchema)) || schema.type === 'object';
  if (!errors?.length || !isGroup || fieldPathId.path.length === 0) return null;
  return (
    <Text id={errorId(fieldPathId)} size="sm" c="var(--mantine-color-error)" mt={4}>
      {errors.map(String).join(' ')}
    </Text>
  );
}

/** What has to be mended, each leading to its field. */
export function Summary({ errors, schema }: ErrorListProps<unknown>) {
  const { t } = useTranslation('forms');
  const entries = errors.map((error) => {
    const path = stepsOf(error.property ?? '.');
    return { path, message: error.message, label: path.length ? labelAt(schema as Schema, path) : null };
  });
  return (
    <Alert
      color="red"
      role="alert"
      icon={<Icon name="alert" />}
      title={t('summary', { count: entries.length })}
      mb="md"
    >
      <List size="sm" listStyleType="none">
        {entries.map(({ path, message, label }, index) => (
          <List.Item key={index}>
            {label !== null && (
              <Anchor
                component="button"
                type="button"
                inherit
                onClick={() => {
                  focusField(path);
                }}
              >
                {label}
              </Anchor>
            )}
            {label !== null && ': '}
            {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

/** The path of `.items[0].name` or `.items.0.name`, as the form library writes one. */
function stepsOf(property: string): (string | number)[] {
  const steps = property.match(/[^.[\]]+/g) ?? [];
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
