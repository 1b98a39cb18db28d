/** A box for JSON, and what was typed into it as a value. */
import { Textarea } from '@mantine/core';

interface Props {
  label: string;
  description?: string;
  value: string;
  error: string | null;
  onChange: (text: string) => void;
}

export function JsonField({ label, description, value, error, onChange }: Props) {
  return (
    <Textarea
      label={label}
      description={description}
      error={error}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      ff="monospace"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** undefined when it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** undefined when it is no JSON object. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  const value = jsonIn(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
