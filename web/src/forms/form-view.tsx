/** A form as the person it is for sees it. The server checks again what is sent. */
import { Button, Group } from '@mantine/core';
import { withTheme, type IChangeEvent } from '@rjsf/core';
import { Theme } from '@rjsf/mantine';
import { TranslatableString, type RJSFSchema } from '@rjsf/utils';
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../api/problem';
import { useSentence, type Said } from '../i18n/sentence';
import { fieldId, focusFirstFault } from './focus';
import classes from './form-view.module.css';
import {
  BaseInput,
  CheckboxesInput,
  CheckboxInput,
  DateInput,
  DateTimeInput,
  RadioInput,
  SelectInput,
  TextareaInput,
} from './inputs';
import { Items, ItemOf } from './lists';
import {
  inLanguage,
  pathIn,
  pointerSteps,
  valueAt,
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
    CheckboxesWidget: CheckboxesInput,
    CheckboxWidget: CheckboxInput,
    DateTimeWidget: DateTimeInput,
    DateWidget: DateInput,
    RadioWidget: RadioInput,
    SelectWidget: SelectInput,
    TextareaWidget: TextareaInput,
  } as never,
  templates: {
    ...Theme.templates,
    ArrayFieldItemTemplate: ItemOf,
    ArrayFieldTemplate: Items,
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
  const [refused, setRefused] = useState(false);
  const [sent, setSent] = useState<Data | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const form = useMemo(() => inLanguage(props.document, i18n.language), [props.document, i18n.language]);
  const validator = useMemo(() => validatorIn(t), [t]);
  const open = useMemo(() => stillOpen(problems, sent, typed), [problems, sent, typed]);
  const say = useSentence();
  const extraErrors = useMemo(() => errorTree(open, typed, say), [open, typed, say]);
  useFocusOnProblems(place, problems, busy);
  const change = ({ formData = {} }: IChangeEvent<Data>, changed = '') => {
    const now = { ...formData, ...vanished(typed, formData, changed) };
    setTyped(now);
    if (JSON.stringify(now) !== JSON.stringify(typed)) onChange?.(now);
  };
  return (
    <div ref={place} className={classes.form}>
      <Form
        schema={withoutTitle(form.schema)}
        uiSchema={form.ui}
        formData={typed}
        validator={validator}
        readonly={readOnly}
        disabled={busy}
        extraErrors={extraErrors}
        onChange={change}
        onSubmit={({ formData = {} }) => {
          setRefused(false);
          setSent(formData);
          onSubmit(writable(form.schema, formData));
        }}
        onError={() => {
          setRefused(true);
          // Once what is wrong is marked.
          setTimeout(() => focusFirstFault(place.current));
        }}
        // Once something was wrong, each field says at once when it is mended.
        liveValidate={refused ? 'onChange' : false}
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
            <Group mt="lg" gap="sm" className={classes.actions}>
              <Button type="submit" loading={busy}>
                {submitLabel ?? t('submit')}
              </Button>
              {actions}
            </Group>
          </>
        )}
      </Form>
    </div>
  );
}

/** Lead to the first field the server named; and when sending only failed, back to where it was sent from. */
function useFocusOnProblems(
  place: RefObject<HTMLDivElement | null>,
  problems: readonly ProblemEntry[],
  busy: boolean,
): void {
  const named = problems.length > 0;
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !busy) {
      if (named) focusFirstFault(place.current);
      // It was on the button, which nobody can press while something is sent.
      else if (document.activeElement === document.body) {
        place.current?.querySelector<HTMLElement>('[type="submit"]')?.focus();
      }
    }
    wasBusy.current = busy;
  }, [place, named, busy]);
}

/**
 * What stood in fields that vanished because another one, `changed`, was filled in. The form library drops it; should
 * they come back, so do the words.
 */
function vanished(before: Data, now: Data, changed: string): Data {
  const isCleared = (name: string) => `${changed}_`.startsWith(`${fieldId([name])}_`);
  const gone = Object.entries(before).filter(([name]) => now[name] === undefined && !isCleared(name));
  return Object.fromEntries(gone);
}

/** What the server found wrong and nobody has changed since. */
function stillOpen(
  problems: readonly ProblemEntry[],
  sent: Data | null,
  typed: Data,
): readonly ProblemEntry[] {
  return problems.filter(({ pointer }) => {
    const path = pathIn(typed, pointerSteps(pointer ?? '#').slice(1));
    return sent === null || JSON.stringify(valueAt(sent, path)) === JSON.stringify(valueAt(typed, path));
  });
}

const NONE: readonly ProblemEntry[] = [];

/** The page has a heading of its own. */
function withoutTitle(schema: Schema): RJSFSchema {
  return { ...schema, title: undefined, description: undefined, $schema: undefined } as RJSFSchema;
}

interface ErrorTree {
  __errors?: string[];
  [step: string]: ErrorTree | string[] | undefined;
}

/** The server's pointers, such as `#/data/impact`, as the tree of errors that the form library shows. */
function errorTree(problems: readonly ProblemEntry[], data: Data, say: (said: Said) => string): ErrorTree {
  const tree: ErrorTree = {};
  for (const problem of problems) {
    const steps = pathIn(data, pointerSteps(problem.pointer ?? '#').slice(1));
    const place = steps.reduce<ErrorTree>((at, step) => (at[step] ??= {}) as ErrorTree, tree);
    place.__errors = [...(place.__errors ?? []), say(problem)];
  }
  return tree;
}

const TEXTS = {
  [TranslatableString.ArrayItemTitle]: 'list.item',
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
