/** The fields people fill in: plain inputs of the browser's where they are better on a phone and for the keyboard. */
import { Checkbox, NativeSelect, NumberInput, Radio, Textarea, TextInput } from '@mantine/core';
import type { BaseInputTemplateProps, EnumOptionsType, WidgetProps } from '@rjsf/utils';
import { useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../api/session';
import classes from './form-view.module.css';
import { useEntryLabel } from './lists';
import { Mark } from './mark';
import { instantOf, onTheWall } from './wall-clock';

type Input = WidgetProps<unknown>;
type AnyInput = Input | BaseInputTemplateProps<unknown>;

/** The library passes the value on as `any`. */
function valueOf(props: AnyInput): unknown {
  return props.value;
}

/** What all inputs share. */
function useShared(props: AnyInput) {
  const { id, htmlName, name, label, required, disabled, readonly, options, schema } = props;
  const entry = useEntryLabel();
  const unlabelled = props.hideLabel === true || entry !== null;
  const description = options.description ?? schema.description;
  return {
    id,
    name: htmlName ?? name,
    label: unlabelled ? undefined : (
      <>
        {label}
        <Mark required={required} />
      </>
    ),
    'aria-label': unlabelled ? (entry ?? label) : undefined,
    description: unlabelled ? undefined : description,
    required,
    disabled: disabled === true || readonly === true,
    error: props.rawErrors?.length ? props.rawErrors.join(' ') : undefined,
    onBlur: () => {
      props.onBlur(id, valueOf(props));
    },
    onFocus: () => {
      props.onFocus(id, valueOf(props));
    },
  };
}

/** The same for all but a box to tick: what is needed is marked in words. */
function useFramed(props: AnyInput) {
  return { ...useShared(props), withAsterisk: false };
}

/** What stands in an empty line of text. */
function hint({ placeholder }: AnyInput) {
  return { placeholder: placeholder === '' ? undefined : placeholder };
}

const INPUT_TYPES: Partial<Record<string, string>> = {
  email: 'email',
  uri: 'url',
  date: 'date',
  time: 'time',
};

/** A line of text, a number, or a date. */
export function BaseInput(props: BaseInputTemplateProps<unknown>) {
  const { schema, onChange, onChangeOverride, options } = props;
  const type = typeof props.type === 'string' ? props.type : (INPUT_TYPES[schema.format ?? ''] ?? 'text');
  const value = valueOf(props);
  const common = { ...useFramed(props), ...hint(props) };
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    if (onChangeOverride) onChangeOverride(event);
    else onChange(event.target.value === '' ? options.emptyValue : event.target.value);
  };
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <NumberInput
        {...common}
        value={typeof value === 'number' || typeof value === 'string' ? value : ''}
        // What was typed stays as it is; the check says what is wrong with it.
        clampBehavior="none"
        allowDecimal={schema.type === 'number'}
        hideControls
        onChange={(given) => {
          onChange(given === '' ? undefined : given);
        }}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={type}
      value={typeof value === 'string' || typeof value === 'number' ? value : ''}
      onChange={change}
    />
  );
}

export function TextareaInput(props: Input) {
  const { onChange, options } = props;
  const value = valueOf(props);
  return (
    <Textarea
      {...useFramed(props)}
      {...hint(props)}
      autosize
      minRows={typeof options.rows === 'number' ? options.rows : 3}
      maxRows={20}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => {
        onChange(event.target.value === '' ? options.emptyValue : event.target.value);
      }}
    />
  );
}

/** A day of the calendar, `2026-03-31`, without a zone. */
export function DateInput(props: Input) {
  const { onChange } = props;
  const value = valueOf(props);
  return (
    <TextInput
      {...useFramed(props)}
      type="date"
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => {
        onChange(event.target.value === '' ? undefined : event.target.value);
      }}
    />
  );
}

/** A date and time, written as the clocks of the person's zone show it and kept as an instant. */
export function DateTimeInput(props: Input) {
  const { t } = useTranslation('forms');
  const { zone } = usePerson();
  const { onChange } = props;
  const value = valueOf(props);
  const common = useFramed(props);
  const [typed, setTyped] = useState('');
  // While a year is being typed, each digit makes another date: what stands there is not written anew.
  const isTyped = value === instantOf(typed, zone);
  const shown = typeof value === 'string' && !isTyped ? onTheWall(value, zone) : typed;
  return (
    <TextInput
      {...common}
      type="datetime-local"
      description={[common.description, t('inZone', { zone })].filter(Boolean).join(' · ')}
      value={shown}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(instantOf(event.target.value, zone));
      }}
    />
  );
}

/** Choices are sent as values, not texts: their place in the list stands for them. */
function choices(options: Input['options']): readonly EnumOptionsType[] {
  return options.enumOptions ?? [];
}

function placeOf(value: unknown, options: Input['options']): string {
  const place = choices(options).findIndex(
    (option) => JSON.stringify(option.value) === JSON.stringify(value),
  );
  return place < 0 ? '' : String(place);
}

export function SelectInput(props: Input) {
  return props.multiple === true ? <CheckboxesInput {...props} /> : <OneOf {...props} />;
}

function OneOf(props: Input) {
  const { t } = useTranslation('forms');
  const { onChange, options } = props;
  const nothing = hint(props).placeholder ?? t('choose');
  return (
    <NativeSelect
      {...useFramed(props)}
      data={[
        { value: '', label: nothing },
        ...choices(options).map(({ label }, place) => ({ value: String(place), label })),
      ]}
      value={placeOf(valueOf(props), options)}
      onChange={(event) => {
        const chosen = event.target.value;
        onChange(chosen === '' ? options.emptyValue : choices(options)[Number(chosen)]?.value);
      }}
    />
  );
}

const CHOICE = { body: classes.choice, label: classes.choiceLabel } as Record<string, string>;

export function RadioInput(props: Input) {
  const { onChange, options } = props;
  const { onBlur, onFocus, disabled, name, error, ...common } = useFramed(props);
  return (
    <Radio.Group
      {...common}
      error={error}
      value={placeOf(valueOf(props), options)}
      onChange={(chosen) => {
        onChange(choices(options)[Number(chosen)]?.value);
      }}
    >
      <div className={classes.choices}>
        {choices(options).map(({ label }, place) => (
          <Radio
            key={place}
            id={`${props.id}-${place}`}
            name={name}
            value={String(place)}
            label={label}
            classNames={CHOICE}
            disabled={disabled}
            aria-invalid={error !== undefined || undefined}
            onBlur={onBlur}
            onFocus={onFocus}
          />
        ))}
      </div>
    </Radio.Group>
  );
}

/** Several of a few choices. */
export function CheckboxesInput(props: Input) {
  const { onChange, options } = props;
  const { onBlur, onFocus, disabled, name, error, required, ...common } = useFramed(props);
  const value = valueOf(props);
  const chosen = Array.isArray(value) ? value.map((one) => placeOf(one, options)) : [];
  return (
    <Checkbox.Group
      {...common}
      error={error}
      value={chosen}
      // In the order of the choices, whatever was ticked first.
      onChange={(places) => {
        onChange(
          choices(options)
            .filter((_, place) => places.includes(String(place)))
            .map((one): unknown => one.value),
        );
      }}
    >
      <div className={classes.choices} data-required={required}>
        {choices(options).map(({ label }, place) => (
          <Checkbox
            key={place}
            id={`${props.id}-${place}`}
            name={name}
            value={String(place)}
            label={label}
            classNames={CHOICE}
            disabled={disabled}
            aria-invalid={error !== undefined || undefined}
            onBlur={onBlur}
            onFocus={onFocus}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}

/** Yes, or not. */
export function CheckboxInput(props: Input) {
  const { onChange } = props;
  return (
    <Checkbox
      {...useShared(props)}
      classNames={CHOICE}
      checked={valueOf(props) === true}
      onChange={(event) => {
        onChange(event.target.checked);
      }}
    />
  );
}
