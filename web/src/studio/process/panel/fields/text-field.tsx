/** Texts being typed: a line, or several. */
import { TextInput, Textarea } from '@mantine/core';

import { useTranslation } from 'react-i18next';
import classes from './fields.module.css';
import { useTyped } from './use-typed';

interface Props {
  label: string;
  value: string;
  onCommit: (value: string) => void;
  description?: string;
  /** What could be typed here. */
  example?: string;
  /** Set it in the type of code: an expression or an id. */
  code?: boolean;
  /** The language of what is typed, for spelling and for voices. */
  lang?: string;
  readOnly?: boolean;
}

/** One line of text. */
export function TextField({ label, value, onCommit, description, example, code, lang, readOnly }: Props) {
  const { t } = useTranslation('studio');
  const typed = useTyped(value, onCommit);
  return (
    <TextInput
      size="xs"
      label={label}
      description={description}
      placeholder={example && t('field.example', { example })}
      value={typed.value}
      onChange={(event) => {
        typed.onChange(event.currentTarget.value);
      }}
      onBlur={typed.onBlur}
      readOnly={readOnly}
      lang={lang}
      spellCheck={code ? false : undefined}
      classNames={code ? { input: classes.code } : undefined}
    />
  );
}

interface AreaProps extends Props {
  rows?: number;
}

/** Several lines of text; it grows with what is typed. */
export function TextArea({ label, value, onCommit, description, example, code, lang, rows = 2 }: AreaProps) {
  const { t } = useTranslation('studio');
  const typed = useTyped(value, onCommit);
  return (
    <Textarea
      size="xs"
      autosize
      minRows={rows}
      maxRows={20}
      label={label}
      description={description}
      placeholder={example && t('field.example', { example })}
      value={typed.value}
      onChange={(event) => {
        typed.onChange(event.currentTarget.value);
      }}
      onBlur={typed.onBlur}
      lang={lang}
      spellCheck={code ? false : undefined}
      classNames={code ? { input: classes.code } : undefined}
    />
  );
}
