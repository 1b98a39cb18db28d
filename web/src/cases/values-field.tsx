/** Names and values to hand over: a row each; or, for who knows how, as JSON. */
import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Variables } from '../api/process-instances';
import { Icon } from '../ui/icon';
import { JsonField, objectIn } from './json-field';
import classes from './values-field.module.css';

const KINDS = ['text', 'number', 'truth', 'json'] as const;
type Kind = (typeof KINDS)[number];

interface Row {
  id: number;
  name: string;
  kind: Kind;
  text: string;
}

interface Props {
  label: string;
  /** undefined while something of it cannot be handed over. */
  onChange: (values: Variables | undefined) => void;
}

export function ValuesField({ label, onChange }: Props) {
  const { t } = useTranslation('cases');
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [json, setJson] = useState<string | null>(null);
  const change = (next: readonly Row[]) => {
    setRows(next);
    onChange(valuesOf(next));
  };
  const write = (text: string) => {
    setJson(text);
    onChange(objectIn(text));
  };
  if (json !== null) {
    const back = objectIn(json);
    return (
      <Stack gap="xs">
        <JsonField label={label} value={json} onChange={write} error={back ? null : t('json.object')} />
        <Switching
          disabled={back === undefined}
          onClick={() => {
            setJson(null);
            change(rowsOf(back ?? {}));
          }}
        >
          {t('values.asFields')}
        </Switching>
      </Stack>
    );
  }
  const add = () => {
    change([...rows, { id: (rows.at(-1)?.id ?? 0) + 1, name: '', kind: 'text', text: '' }]);
  };
  const values = valuesOf(rows);
  return (
    <fieldset className={classes.field}>
      <legend>{label}</legend>
      <Stack gap="xs">
        {rows.length === 0 && <Text c="dimmed">{t('values.none')}</Text>}
        {rows.map((row, index) => (
          <ValueRow
            key={row.id}
            row={row}
            number={index + 1}
            twice={rows.findIndex(({ name }) => name === row.name) < index}
            onChange={(changed) => {
              change(rows.map((one) => (one === row ? { ...row, ...changed } : one)));
            }}
            onRemove={() => {
              change(rows.filter((one) => one !== row));
            }}
          />
        ))}
        <Group justify="space-between">
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Icon name="plus" size={14} />}
            onClick={add}
          >
            {t('values.add')}
          </Button>
          <Switching
            disabled={values === undefined}
            onClick={() => {
              setJson(JSON.stringify(values, null, 2));
            }}
          >
            {t('values.asJson')}
          </Switching>
        </Group>
      </Stack>
    </fieldset>
  );
}

/** Nothing that was typed is lost by going from one to the other: only what can be handed over goes along. */
function Switching({
  disabled,
  onClick,
  children,
}: {
  disabled: boolean;
  onClick: () => void;
  children: string;
}) {
  return (
    <Button variant="subtle" size="compact-sm" ms="auto" disabled={disabled} onClick={onClick}>
      {children}
    </Button>
  );
}

interface RowProps {
  row: Row;
  /** Its place, counted from 1: what it is called while it has no name. */
  number: number;
  /** A row above has the same name. */
  twice: boolean;
  onChange: (row: Partial<Row>) => void;
  onRemove: () => void;
}

function ValueRow({ row, number, twice, onChange, onRemove }: RowProps) {
  const { t } = useTranslation('cases');
  const { name, kind, text } = row;
  const box = useRef<HTMLInputElement>(null);
  // Who adds a row goes on in it.
  const isNew = name === '';
  useEffect(() => {
    if (isNew) box.current?.focus();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, as it appears
  }, []);
  const wrong = kind === 'number' ? t('values.noNumber') : t('json.any');
  return (
    <div className={classes.row}>
      <TextInput
        label={t('data.name')}
        value={name}
        spellCheck={false}
        ref={box}
        error={twice && name !== '' ? t('values.twice') : null}
        onChange={(event) => onChange({ name: event.currentTarget.value.trim() })}
      />
      <NativeSelect
        label={t('values.kind')}
        value={kind}
        data={KINDS.map((one) => ({ value: one, label: t(`values.kindOf.${one}`) }))}
        onChange={(event) => {
          const next = event.currentTarget.value as Kind;
          onChange({ kind: next, text: next === 'truth' ? 'true' : kind === 'truth' ? '' : text });
        }}
      />
      {kind === 'truth' ? (
        <NativeSelect
          label={t('data.value')}
          value={text}
          data={[
            { value: 'true', label: t('value.yes') },
            { value: 'false', label: t('value.no') },
          ]}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
        />
      ) : (
        <TextInput
          label={t('data.value')}
          value={text}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          error={text !== '' && valueOf(row) === undefined ? wrong : null}
          onChange={(event) => onChange({ text: event.currentTarget.value })}
        />
      )}
      <ActionIcon
        className={classes.remove}
        aria-label={t('values.remove', { name: name || String(number) })}
        onClick={onRemove}
      >
        <Icon name="close" size={16} />
      </ActionIcon>
    </div>
  );
}

function valueOf({ kind, text }: Row): unknown {
  if (kind === 'text') return text;
  try {
    const value = JSON.parse(text) as unknown;
    return kind === 'number' && typeof value !== 'number' ? undefined : value;
  } catch {
    return undefined;
  }
}

function valuesOf(rows: readonly Row[]): Variables | undefined {
  const values = Object.fromEntries(rows.map((row) => [row.name, valueOf(row)]));
  const isComplete = Object.keys(values).length === rows.length && !('' in values);
  return isComplete && !Object.values(values).includes(undefined) ? values : undefined;
}

function rowsOf(values: Variables): Row[] {
  return Object.entries(values).map(([name, value], id) => ({ id, name, ...written(value) }));
}

function written(value: unknown): Pick<Row, 'kind' | 'text'> {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value === 'boolean') return { kind: 'truth', text: String(value) };
  return { kind: typeof value === 'number' ? 'number' : 'json', text: JSON.stringify(value) };
}
