/** Aiming open clocks anew at what the latest version says: first which would change, then all of them at once. */
import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useReAim, type ReAimed } from '../api/clocks';
import { ofTarget } from '../clocks/remaining';
import { useClockName } from '../clocks/use-clock-name';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyDone } from '../ui/notify';
import { ProblemAlert } from '../ui/problem-alert';

interface Props {
  by: 'policy' | 'calendar';
  id: string;
  onClose: () => void;
}

export function ReAimDialog({ by, id, onClose }: Props) {
  const { t } = useTranslation('serviceLevels');
  const { t: common } = useTranslation();
  const preview = useReAim();
  const reAim = useReAim();
  const asked = { policy: null, calendar: null, [by]: id };
  const { mutate: look } = preview;
  useEffect(() => {
    look({ policy: null, calendar: null, [by]: id, dry_run: true });
  }, [look, by, id]);
  const changed = preview.data?.changed;
  const problem = reAim.error ?? preview.error;
  const act = () =>
    reAim.mutate(
      { ...asked, dry_run: false },
      {
        onSuccess: (done) => {
          notifyDone(t('reAim.done', { count: done.changed.length }));
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('reAim.open')}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t('reAim.text')}</Text>
        {problem && <ProblemAlert problem={problem} />}
        {preview.isPending && <Loading count={3} />}
        {changed?.length === 0 && <Empty icon="check" title={t('reAim.none')} />}
        {changed && changed.length > 0 && <Changed clocks={changed} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button disabled={!changed?.length} loading={reAim.isPending} onClick={act}>
            {t('reAim.act', { count: changed?.length ?? 0 })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Changed({ clocks }: { clocks: readonly ReAimed[] }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const nameOf = useClockName();
  const aim = (due: string | null, target: string | null) => (
    <>
      {due === null ? t('noDue') : <Instant at={due} as="short" />}
      {target !== null && (
        <Text size="sm" c="dimmed">
          {ofTarget(target, i18n.language)}
        </Text>
      )}
    </>
  );
  return (
    <Table aria-label={t('reAim.open')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('case')}</Table.Th>
          <Table.Th>{t('clock')}</Table.Th>
          <Table.Th>{t('reAim.before')}</Table.Th>
          <Table.Th>{t('reAim.after')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {clocks.map((one) => (
          <Table.Tr key={one.clock}>
            <Table.Td>
              {one.number} {one.title}
            </Table.Td>
            <Table.Td>{nameOf(one.name)}</Table.Td>
            <Table.Td>{aim(one.due_before, one.target_before)}</Table.Td>
            <Table.Td>{aim(one.due_after, one.target_after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
