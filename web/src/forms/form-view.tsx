/** A form as the person it is for sees it. The server checks again what is sent. */
import { Button, Group, Text } from '@mantine/core';
import { withTheme, type IChangeEvent } from '@rjsf/core';
import { Theme } from '@rjsf/mantine';
import { TranslatableString, type RJSFSchema } from '@rjsf/utils';
import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../api/problem';
import { focusField } from './focus';
import classes from './form-view.module.css';
import { BaseInput, DateInput, DateTimeInput, RadioInput, SelectInput, TextareaInput } from './inputs';
import {
  inLanguage,
  pathIn,
  pointerSteps,
  writable,
  type Data,
  type FormDocument,
  type Schema,
} from './schema';
import { Field, GroupError, ObjectFields, Summary } from './templates';
import { validatorIn } from './validator';

interface Props {
  /** As the server sends it for a task, or whole, with `i18n`. */
  document: FormDocument;
  /** What the form opens with. Another form, or the same with other data, needs another `key`. */
  data: Data;
  readOnly?: boolean;
  /** Gets what may be written, once it fits the schema. */
  onSubmit: (data: Data) => void;
  /** Gets everything, read-only fields included, as often as something changes: to keep a draft. */
  onChange?: (data: Data) => void;
  /** What the server found wrong with what was sent. */
  problems?: readonly ProblemEntry[];
  /** It is being sent. */
  busy?: boolean;
  submitLabel?: string;
  /** Buttons beside the one that submits. */
  actions?: ReactNode;
}

const Form = withTheme<Data>({
  ...Theme,
  widgets: {
    ...Theme.widgets,
    DateTimeWidget: DateTimeInput,
    DateWidget: DateInput,
    RadioWidget: RadioInput,
    SelectWidget: SelectInput,
    TextareaWidget: TextareaInput,
  } as never,
  templates: {
    ...Theme.templates,
    BaseInputTemplate: BaseInput,
    ErrorListTemplate: Summary,
    FieldErrorTemplate: GroupError,
    FieldTemplate: Field,
    ObjectFieldTemplate: ObjectFields,
  } as never,
});

export function FormView(props: Props) {
  const {
    data,
    readOnly = false,
    onSubmit,
    onChange,
    problems = NONE,
    busy = false,
    submitLabel,
    actions,
  } = props;
  const { t, i18n } = useTranslation('forms');
  const [typed, setTyped] = useState(data);
  const form = useMemo(() => inLanguage(props.document, i18n.language), [props.document, i18n.language]);
  const validator = useMemo(() => validatorIn(t), [t]);
  const extraErrors = useMemo(() => errorTree(problems, typed), [problems, typed]);
  const change = ({ formData = {} }: IChangeEvent<Data>) => {
    setTyped(formData);
    onChange?.(formData);
  };
  return (
    <Form
      className={classes.form}
      schema={withoutTitle(form.schema)}
      uiSchema={form.ui}
      formData={typed}
      validator={validator}
      readonly={readOnly}
      disabled={busy}
      extraErrors={extraErrors}
      onChange={change}
      onSubmit={({ formData = {} }) => {
        onSubmit(writable(form.schema, formData));
      }}
      focusOnFirstError={({ property = '.' }) => {
        focusField((property.match(/[^.[\]]+/g) ?? []) as string[]);
      }}
      translateString={(text, params) => translated(text, params, t)}
      showErrorList="top"
      noHtml5Validate
      omitExtraData
      idPrefix="root"
      experimental_defaultFormStateBehavior={{
        arrayMinItems: { populate: 'never' },
        constAsDefaults: 'never',
        emptyObjectFields: 'skipEmptyDefaults',
      }}
    >
      {readOnly ? (
        <></>
      ) : (
        <>
          {asksForSomething(form.schema) && (
            <Text size="sm" c="dimmed" mt="md">
              {t('needed')}
            </Text>
          )}
          <Group mt="sm" gap="sm" className={classes.actions}>
            <Button type="submit" loading={busy}>
              {submitLabel ?? t('submit')}
            </Button>
            {actions}
          </Group>
        </>
      )}
    </Form>
  );
}

const NONE: readonly ProblemEntry[] = [];

/** The page has a heading of its own. */
function withoutTitle(schema: Schema): RJSFSchema {
  return { ...schema, title: undefined, description: undefined, $schema: undefined } as RJSFSchema;
}

function asksForSomething(schema: Schema): boolean {
  return JSON.stringify(schema).includes('"required"');
}

interface ErrorTree {
  __errors?: string[];
  [step: string]: ErrorTree | string[] | undefined;
}

/** The server's pointers, such as `#/data/impact`, as the tree of errors that the form library shows. */
function errorTree(problems: readonly ProblemEntry[], data: Data): ErrorTree {
  const tree: ErrorTree = {};
  for (const { pointer, detail } of problems) {
    const steps = pathIn(data, pointerSteps(pointer ?? '#').slice(1));
    const place = steps.reduce<ErrorTree>((at, step) => (at[step] ??= {}) as ErrorTree, tree);
    place.__errors = [...(place.__errors ?? []), detail];
  }
  return tree;
}

const TEXTS = {
  [TranslatableString.ArrayItemTitle]: 'list.item',
  [TranslatableString.EmptyArray]: 'list.empty',
  [TranslatableString.AddButton]: 'list.add',
  [TranslatableString.AddItemButton]: 'list.add',
  [TranslatableString.CopyButton]: 'list.copy',
  [TranslatableString.MoveUpButton]: 'list.up',
  [TranslatableString.MoveDownButton]: 'list.down',
  [TranslatableString.RemoveButton]: 'list.remove',
  [TranslatableString.OptionPrefix]: 'list.option',
  [TranslatableString.YesLabel]: 'yes',
  [TranslatableString.NoLabel]: 'no',
} as const;

function translated(
  text: TranslatableString,
  params: string[] | undefined,
  t: ReturnType<typeof useTranslation<'forms'>>['t'],
): string {
  const key = (TEXTS as Partial<Record<TranslatableString, (typeof TEXTS)[keyof typeof TEXTS]>>)[text];
  const found: string = key === undefined ? text : t(key);
  return (params ?? []).reduce((words, param, index) => words.replace(`%${String(index + 1)}`, param), found);
}
