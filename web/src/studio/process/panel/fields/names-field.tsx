/** Names with commas between them, as `camunda:candidateGroups` has them: groups, people, elements. */
import { TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Suggestion } from '../suggestions';

interface Props {
  label: string;
  value: string;
  onCommit: (value: string) => void;
  suggestions: Suggestion[];
  description?: string;
}

export function NamesField({ label, value, onCommit, suggestions, description }: Props) {
  const { t } = useTranslation('studio');
  const labels = new Map(suggestions.map((each) => [each.value, each.label]));
  return (
    <TagsInput
      size="xs"
      label={label}
      description={description}
      placeholder={value ? undefined : t('field.addName')}
      value={splitNames(value)}
      onChange={(names) => {
        onCommit(joinNames(names));
      }}
      data={suggestions.map((each) => each.value)}
      renderOption={({ option }) => labelled(option.value, labels.get(option.value))}
      splitChars={[',']}
      acceptValueOnBlur
      clearable
    />
  );
}

function labelled(value: string, label: string | undefined): string {
  return label && label !== value ? `${label} (${value})` : value;
}

/** The names in a text with commas; a comma inside `${...}` divides nothing. */
export function splitNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let name = '';
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) {
      names.push(name);
      name = '';
    } else name += character;
  }
  return [...names, name].map((each) => each.trim()).filter((each) => each !== '');
}

export function joinNames(names: string[]): string {
  return names.join(',');
}
