/** A list of names and values: a task's inputs and outputs, the mappings of a called process. */
import { ActionIcon, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import classes from './fields.module.css';
import { TextField } from './text-field';

export interface Pair {
  id: string;
  name: string;
  value: string;
  /** Something that cannot be edited here; it stays as it is. */
  fixed?: boolean;
}

interface Props {
  label: string;
  description?: string;
  nameLabel: string;
  valueLabel: string;
  pairs: Pair[];
  onAdd: () => void;
  onChange: (index: number, pair: Partial<Pick<Pair, 'name' | 'value'>>) => void;
  onRemove: (index: number) => void;
}

export function PairsField({
  label,
  description,
  nameLabel,
  valueLabel,
  pairs,
  onAdd,
  onChange,
  onRemove,
}: Props) {
  const { t } = useTranslation('studio');
  return (
    <fieldset className={classes.list}>
      <legend>{label}</legend>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      <Stack gap={6} mt={4}>
        {pairs.map((pair, index) => (
          <div className={classes.row} key={pair.id}>
            <TextField
              label={nameLabel}
              value={pair.name}
              code
              readOnly={pair.fixed}
              onCommit={(name) => {
                onChange(index, { name });
              }}
            />
            <TextField
              label={valueLabel}
              value={pair.value}
              code
              readOnly={pair.fixed}
              onCommit={(value) => {
                onChange(index, { value });
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={30}
              mt={20}
              aria-label={t('field.removeNamed', { name: pair.name || String(index + 1) })}
              onClick={() => {
                onRemove(index);
              }}
            >
              ✕
            </ActionIcon>
          </div>
        ))}
        <Button size="compact-xs" variant="default" onClick={onAdd} w="max-content">
          {t('field.add')}
        </Button>
      </Stack>
    </fieldset>
  );
}
