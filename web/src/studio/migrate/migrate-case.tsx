/** Move one running case to another version of its process: what would happen is shown before it does. */
import { Alert, Button, Group, List, Loader, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useCommand } from '../../api/queries';
import { useSentence } from '../../i18n/sentence';
import { Icon } from '../../ui/icon';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { useVersions } from '../library/use-versions';

type MovingCase = Pick<Schemas['ProcessInstance'], 'id' | 'number' | 'definition' | 'version'>;

interface Props {
  /** The case to move; it has to be running. */
  instance: MovingCase;
  onClose: () => void;
}

/** For process owners and administrators: the server refuses everybody else. */
export function MigrateCase({ instance, onClose }: Props) {
  const { t } = useTranslation('studio');
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('migrate.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      <Moving instance={instance} onClose={onClose} />
    </Modal>
  );
}

export function Moving({ instance, onClose }: Props) {
  const { t } = useTranslation('studio');
  const { id, number, definition, version: now } = instance;
  const versions = useVersions('process', definition);
  const [target, setTarget] = useState<number | null>(null);
  const [reason, setReason] = useState('');
  const others = versions.data?.filter((each) => each.version !== now) ?? [];
  const trial = useQuery({
    queryKey: ['studio', 'migrate', id, now, target],
    queryFn: () => migrate(id, target ?? now, true),
    enabled: target !== null,
    // What would happen depends on where the case is at this moment.
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  const moving = useCommand((body: Schemas['Migrate'], header) =>
    answer(
      api.POST('/api/v1/process-instances/{instance_id}/migrate', {
        params: { path: { instance_id: id }, header },
        body,
      }),
    ),
  );
  const move = (version: number) =>
    moving.mutate(
      { version, reason: reason.trim() || null },
      {
        onSuccess: () => {
          notifyDone(t('migrate.done', { number, version }));
          onClose();
        },
      },
    );
  if (versions.error) return <ProblemAlert problem={versions.error} retry={() => void versions.refetch()} />;
  if (versions.data && others.length === 0) return <Text>{t('migrate.only')}</Text>;
  return (
    <Stack>
      <Text>{t('migrate.now', { number, version: now })}</Text>
      <Select
        label={t('migrate.target')}
        data={others.map((each) => ({
          value: String(each.version),
          label: each.reason
            ? t('migrate.option', { version: each.version, reason: each.reason })
            : t('version', { version: each.version }),
        }))}
        value={target === null ? null : String(target)}
        onChange={(chosen) => setTarget(chosen === null ? null : Number(chosen))}
        data-autofocus
      />
      <div role="status">
        {trial.isFetching && <Loader size="sm" />}
        {target !== null && trial.error && !trial.isFetching && (
          <Refused version={target} problem={trial.error} />
        )}
        {target !== null && trial.data && !trial.isFetching && (
          <Alert
            color="petrol"
            icon={<Icon name="check" />}
            title={t('migrate.possible', { version: target })}
          >
            <Text size="sm">{t('migrate.hint')}</Text>
            <Listeners title={t('migrate.armed')} elements={trial.data.armed} />
            <Listeners title={t('migrate.disarmed')} elements={trial.data.disarmed} />
          </Alert>
        )}
      </div>
      <Textarea
        label={t('migrate.reason')}
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {moving.error && <ProblemAlert problem={moving.error} />}
      <Group justify="end">
        <Button variant="default" onClick={onClose}>
          {t('cancel', { ns: 'common' })}
        </Button>
        <Button
          disabled={target === null || !trial.data || trial.isFetching}
          loading={moving.isPending}
          onClick={() => target !== null && move(target)}
        >
          {t('migrate.action')}
        </Button>
      </Group>
    </Stack>
  );
}

function migrate(id: string, version: number, dry_run: boolean) {
  return answer(
    api.POST('/api/v1/process-instances/{instance_id}/migrate', {
      params: { path: { instance_id: id }, query: { dry_run } },
      body: { version, reason: null },
    }),
  );
}

/** Why not: each open element of the case that has no counterpart. */
function Refused({
  version,
  problem,
}: {
  version: number;
  problem: Parameters<typeof ProblemAlert>[0]['problem'];
}) {
  const { t } = useTranslation('studio');
  const say = useSentence();
  if (problem.status !== 422) return <ProblemAlert problem={problem} />;
  return (
    <Alert color="amber" icon={<Icon name="alert" />} title={t('migrate.impossible', { version })}>
      <List size="sm">
        {problem.entries.map((entry, index) => (
          <List.Item key={index}>
            {entry.element && <strong>{entry.element}: </strong>}
            {say(entry)}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Listeners({ title, elements }: { title: string; elements: string[] }) {
  if (elements.length === 0) return null;
  return (
    <Text size="sm" mt={4}>
      {title} {elements.join(', ')}
    </Text>
  );
}
