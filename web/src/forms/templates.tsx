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
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { focusField } from './focus';
import classes from './form-view.module.css';
import { Labelled, useEntryLabel } from './lists';
import { Mark } from './mark';
import { labelAt, type Json, type Path, type Schema } from './schema';

export function Field(props: FieldTemplateProps<unknown>) {
  const { schema, readonly, hidden, children, errors, help, label, formData } = props;
  if (hidden) return <div hidden>{children}</div>;
  const isWhole = props.id === 'root';
  if ((readonly || schema.readOnly) && !isWhole) {
    return <Shown label={label} schema={schema} ui={props.uiSchema} value={formData as Json | undefined} />;
  }
  return (
    <>
      {children}
      {errors}
      {help}
    </>
  );
}

type Ui = FieldTemplateProps['uiSchema'];

interface ShownProps {
  label: string;
  schema: RJSFSchema;
  ui: Ui;
  value: Json | undefined;
}

/** A value nobody can change here; without one there is nothing to show. */
function Shown({ label, schema, ui, value }: ShownProps) {
  if (isNothing(value)) return null;
  return (
    <div className={classes.shown}>
      <Text size="sm" c="dimmed" component="div">
        {label}
      </Text>
      <Text component="div" className={classes.text}>
        <Value schema={schema} ui={ui} value={value} />
      </Text>
    </div>
  );
}

function isNothing(value: Json | undefined): value is undefined | null | '' {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

interface ValueProps {
  schema: RJSFSchema;
  ui: Ui;
  value: Json;
}

function Value({ schema, ui, value }: ValueProps) {
  const { t } = useTranslation('forms');
  if (Array.isArray(value)) return <Values schema={schema} ui={ui} value={value} />;
  if (typeof value === 'object' && value !== null) return <Group schema={schema} ui={ui} value={value} />;
  const names = (ui?.['ui:enumNames'] as string[] | undefined) ?? [];
  const place = schema.enum?.findIndex((one) => one === value) ?? -1;
  if (place >= 0 && names[place] !== undefined) return <>{names[place]}</>;
  if (typeof value === 'boolean') return <>{value ? t('yes') : t('no')}</>;
  if (schema.format === 'date-time' && typeof value === 'string') return <Instant at={value} as="exact" />;
  return <>{String(value)}</>;
}

function Values({ schema, ui, value }: ValueProps & { value: Json[] }) {
  const items = (schema.items ?? {}) as RJSFSchema;
  // The names of several choices stand beside the list, those of one inside it.
  const inside = { ...ui, ...(ui?.items as Ui) };
  return (
    <ul className={classes.values}>
      {value.map((one, index) => (
        <li key={index}>{one !== null && <Value schema={items} ui={inside} value={one} />}</li>
      ))}
    </ul>
  );
}

function Group({ schema, ui, value }: ValueProps & { value: Record<string, Json> }) {
  const declared = schema.properties ?? {};
  const names = [...Object.keys(declared), ...Object.keys(value).filter((name) => !(name in declared))];
  return (
    <dl className={classes.record}>
      {names.map((name) => {
        const field = (declared[name] ?? {}) as RJSFSchema;
        const one = value[name];
        if (isNothing(one)) return null;
        return (
          <Fragment key={name}>
            <dt>{field.title ?? name}</dt>
            <dd>
              <Value schema={field} ui={ui?.[name] as Ui} value={one} />
            </dd>
          </Fragment>
        );
      })}
    </dl>
  );
}

export function ObjectFields(props: ObjectFieldTemplateProps<unknown>) {
  const { title, description, properties, fieldPathId, required } = props;
  const fields = properties
    .filter(({ hidden }) => !hidden)
    .map(({ name, content }) => (
      <div key={name} className={classes.field}>
        {content}
      </div>
    ));
  const entry = useEntryLabel();
  const isRoot = fieldPathId.path.length === 0;
  if (isRoot) return <Stack gap="lg">{fields}</Stack>;
  return (
    <Fieldset
      id={fieldPathId.$id}
      className={classes.group}
      legend={
        <>
          {entry ?? title}
          <Mark required={required && entry === null} />
        </>
      }
    >
      {description && (
        <Text size="sm" c="dimmed" mb="sm">
          {description}
        </Text>
      )}
      <Labelled>
        <Stack gap="sm">{fields}</Stack>
      </Labelled>
    </Fieldset>
  );
}

/** Inputs show their own errors; what is wrong with a list or a group as a whole is shown here. */
export function GroupError({ errors, fieldPathId, schema }: FieldErrorProps<unknown>) {
  const isList = schema.type === 'array' && (schema.items as Schema | undefined)?.enum === undefined;
  const isGroup = isList || schema.type === 'object';
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
    return { path, message: error.message, label: path.length ? wholeLabel(schema as Schema, path) : null };
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

/** Such as "People 2 · Name": which entry of a list it is has to be told. */
function wholeLabel(schema: Schema, path: Path): string {
  const entries = path.flatMap((step, index) =>
    typeof step === 'number' && index < path.length - 1 ? [labelAt(schema, path.slice(0, index + 1))] : [],
  );
  return [...entries, labelAt(schema, path)].join(' · ');
}

/** The path of `.items[0].name` or `.items.0.name`, as the form library writes one. */
function stepsOf(property: string): (string | number)[] {
  const steps = property.match(/[^.[\]]+/g) ?? [];
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
