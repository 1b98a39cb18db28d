/** Find a running case of a process by its number or title, and move it to another version. */
import { Modal, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { ProblemAlert } from '../../ui/problem-alert';
import { StateBadge } from '../../ui/state-badge';
import { Moving } from './migrate-case';
import classes from './migrate.module.css';

const SHOWN = 8;
const RUNNING: Schemas['ProcessInstance']['state'][] = ['active', 'failed', 'suspended'];

interface Props {
  definition: string;
  onClose: () => void;
}

export function MigrateDialog({ definition, onClose }: Props) {
  const { t } = useTranslation('studio');
  const [chosen, setChosen] = useState<Schemas['ProcessInstance'] | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('migrate.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      {chosen ? (
        <Moving instance={chosen} onClose={onClose} />
      ) : (
        <Finding definition={definition} onChoose={setChosen} />
      )}
    </Modal>
  );
}

interface FindingProps {
  definition: string;
  onChoose: (instance: Schemas['ProcessInstance']) => void;
}

function Finding({ definition, onChoose }: FindingProps) {
  const { t } = useTranslation('studio');
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 300);
  const found = useQuery({
    queryKey: ['process-instances', 'to move', definition, q],
    queryFn: () =>
      answer(
        api.GET('/api/v1/process-instances', {
          params: { query: { definition, state: RUNNING, limit: SHOWN, ...(q && { q }) } },
        }),
      ),
  });
  return (
    <Stack>
      <TextInput
        type="search"
        label={t('migrate.find')}
        value={typed}
        data-autofocus
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {found.error && <ProblemAlert problem={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <Text c="dimmed">{t('migrate.noCase')}</Text>}
      <ul className={classes.cases}>
        {found.data?.items.map((instance) => (
          <li key={instance.id}>
            <UnstyledButton className={classes.case} onClick={() => onChoose(instance)}>
              <strong>{instance.number}</strong> <span className={classes.title}>{instance.title}</span>
              <span>{t('version', { version: instance.version })}</span>
              <StateBadge state={instance.state} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
