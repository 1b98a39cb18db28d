/** The work of programs: what waits for them, what was given up, and an administrator's hand in it. */
import { ActionIcon, Anchor, Button, Group, Menu, SegmentedControl, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useJobs, useRetryJob, type Job } from '../../api/jobs';
import { Empty } from '../../ui/empty';
import { Icon, type IconName } from '../../ui/icon';
import { Instant } from '../../ui/instant';
import { Listed } from '../../ui/listed';
import { notifyDone, notifyProblem } from '../../ui/notify';
import { PageTitle } from '../../ui/page-title';
import { Badged } from '../../ui/state-badge';
import classes from '../case-table.module.css';
import { CompleteDialog, FailDialog } from './job-dialogs';

const SHOWN = ['waiting', 'held', 'dead'] as const;
type Shown = (typeof SHOWN)[number] | 'all';

export default function JobsPage() {
  const { t } = useTranslation('cases');
  const [shown, setShown] = useState<Shown>('all');
  const jobs = useJobs(shown === 'all' ? {} : { state: shown });
  return (
    <>
      <PageTitle title={t('jobs.title')} />
      <SegmentedControl
        mb="md"
        aria-label={t('jobs.show')}
        value={shown}
        onChange={setShown}
        data={[
          { value: 'all' as const, label: t('jobs.all') },
          ...SHOWN.map((state) => ({ value: state, label: t(`jobs.stateOf.${state}`) })),
        ]}
      />
      <Listed
        query={jobs}
        empty={
          <Empty icon="check" title={t('empty.jobs')}>
            {t('empty.jobsHint')}
          </Empty>
        }
      >
        {(items) => (
          <Table aria-label={t('jobs.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('jobs.topic')}</Table.Th>
                <Table.Th>{t('jobs.state')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('jobs.attempts')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('jobs.next')}</Table.Th>
                <Table.Th visibleFrom="md">{t('jobs.error')}</Table.Th>
                <Table.Th>{t('jobs.actions')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((job) => (
                <Row key={job.id} job={job} />
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Listed>
    </>
  );
}

const LOOKS: Record<Job['state'], readonly ['going' | 'held' | 'bad' | 'good', IconName]> = {
  waiting: ['going', 'clock'],
  held: ['held', 'pause'],
  dead: ['bad', 'alert'],
  done: ['good', 'check'],
};

function Row({ job }: { job: Job }) {
  const { t } = useTranslation('cases');
  const [dialog, setDialog] = useState<'complete' | 'fail' | null>(null);
  const retry = useRetryJob(job.id);
  const [tone, icon] = LOOKS[job.state];
  const again = () =>
    retry.mutate(null, { onSuccess: () => notifyDone(t('jobs.retried')), onError: notifyProblem });
  return (
    <Table.Tr>
      <Table.Td className={classes.title}>
        {job.topic}
        <Text size="sm" c="dimmed">
          {job.element}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badged tone={tone} icon={icon}>
          {t(`jobs.stateOf.${job.state}`)}
        </Badged>
      </Table.Td>
      <Table.Td visibleFrom="sm">{job.attempts}</Table.Td>
      <Table.Td visibleFrom="sm">{job.state === 'waiting' && <Instant at={job.next_at} />}</Table.Td>
      <Table.Td visibleFrom="md" className={classes.title}>
        {job.error}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Anchor component={Link} to={`/cases/${job.instance}`} visibleFrom="sm" size="sm">
            {t('jobs.open')}
          </Anchor>
          {job.state === 'dead' && (
            <Button size="compact-sm" variant="light" loading={retry.isPending} onClick={again}>
              {t('jobs.retry')}
            </Button>
          )}
          {job.state === 'waiting' && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon aria-label={`${t('jobs.actions')}: ${job.topic}`}>
                  <Icon name="dots" />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setDialog('complete')}>{t('jobs.complete')}</Menu.Item>
                <Menu.Item onClick={() => setDialog('fail')}>{t('jobs.fail')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
        {dialog === 'complete' && <CompleteDialog job={job} onClose={() => setDialog(null)} />}
        {dialog === 'fail' && <FailDialog job={job} onClose={() => setDialog(null)} />}
      </Table.Td>
    </Table.Tr>
  );
}
