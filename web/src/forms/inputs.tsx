/** The fields people fill in: plain inputs of the browser's where they are better on a phone and for the keyboard. */
import { NativeSelect, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import type { BaseInputTemplateProps, EnumOptionsType, WidgetProps } from '@rjsf/utils';
import type { ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../api/session';
import { instantOf, onTheWall } from './wall-clock';

type Input = WidgetProps<unknown>;
type AnyInput = Input | BaseInputTemplateProps<unknown>;

/** The library passes the value on as `any`. */
function valueOf(props: AnyInput): unknown {
  return props.value;
}

/** What all inputs share. */
function shared(props: AnyInput) {
  const { id, htmlName, name, label, hideLabel, required, disabled, readonly, options, schema } = props;
  const description = options.description ?? schema.description;
  return {
    id,
    name: htmlName ?? name,
    label: hideLabel ? undefined : label,
    'aria-label': hideLabel ? label : undefined,
    description: hideLabel ? undefined : description,
    required,
    disabled: disabled === true || readonly === true,
    placeholder: props.placeholder === '' ? undefined : props.placeholder,
    error: props.rawErrors?.length ? props.rawErrors.join(' ') : undefined,
    onBlur: () => {
      props.onBlur(id, valueOf(props));
    },
    onFocus: () => {
      props.onFocus(id, valueOf(props));
    },
  };
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
  const change = (event: ChangeEvent<HTMLInputElement>) => {
    if (onChangeOverride) onChangeOverride(event);
    else onChange(event.target.value === '' ? options.emptyValue : event.target.value);
  };
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <NumberInput
        {...shared(props)}
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
      {...shared(props)}
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
      {...shared(props)}
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
      {...shared(props)}
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
  const common = shared(props);
  return (
    <TextInput
      {...common}
      type="datetime-local"
      description={[common.description, t('inZone', { zone })].filter(Boolean).join(' · ')}
      value={typeof value === 'string' ? onTheWall(value, zone) : ''}
      onChange={(event) => {
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
  const { t } = useTranslation('forms');
  const { onChange, options } = props;
  return (
    <NativeSelect
      {...shared(props)}
      data={[
        {
          value: '',
          label:
            props.placeholder === undefined || props.placeholder === '' ? t('choose') : props.placeholder,
        },
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

export function RadioInput(props: Input) {
  const { onChange, options } = props;
  const { onBlur, onFocus, disabled, name, ...common } = shared(props);
  return (
    <Radio.Group
      {...common}
      value={placeOf(valueOf(props), options)}
      onChange={(chosen) => {
        onChange(choices(options)[Number(chosen)]?.value);
      }}
    >
      <Stack gap={2} mt={6}>
        {choices(options).map(({ label }, place) => (
          <Radio
            key={place}
            id={`${props.id}-${String(place)}`}
            name={name}
            value={String(place)}
            label={label}
            disabled={disabled}
            onBlur={onBlur}
            onFocus={onFocus}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
