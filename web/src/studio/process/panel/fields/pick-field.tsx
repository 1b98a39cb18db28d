/** One of the things there are, or any text: an expression, or what is yet to be made. */
import { ActionIcon, Autocomplete, Group, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Suggestion } from '../suggestions';
import classes from './fields.module.css';
import { useTyped } from './use-typed';

interface Props {
  label: string;
  value: string;
  onCommit: (value: string) => void;
  suggestions: Suggestion[];
  description?: string;
  /** What could be typed here. */
  example?: string;
  /** Where the thing chosen can be looked at, if anywhere. */
  address?: (value: string) => string | null;
}

export function PickField({ label, value, onCommit, suggestions, description, example, address }: Props) {
  const { t } = useTranslation('studio');
  const typed = useTyped(value, onCommit);
  const labels = new Map(suggestions.map((each) => [each.value, each.label]));
  const href = value && address ? address(value) : null;
  return (
    <Group gap={4} wrap="nowrap" align="end">
      <Autocomplete
        size="xs"
        flex={1}
        label={label}
        description={description}
        placeholder={example && t('field.example', { example })}
        value={typed.value}
        onChange={typed.onChange}
        onBlur={typed.onBlur}
        onOptionSubmit={onCommit}
        data={suggestions.map((each) => each.value)}
        renderOption={({ option }) => {
          const name = labels.get(option.value);
          return name && name !== option.value ? `${name} (${option.value})` : option.value;
        }}
        classNames={{ input: classes.code }}
        spellCheck={false}
        maxDropdownHeight={280}
      />
      {href && (
        <Tooltip label={t('field.open')}>
          <ActionIcon
            component="a"
            href={href}
            target="_blank"
            rel="noreferrer"
            variant="default"
            size={30}
            aria-label={t('field.openNamed', { name: value })}
          >
            ↗
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
