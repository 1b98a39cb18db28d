/** Tasks: a table where there is room, else cards; the same rows for the keyboard. */
import { Button, Table } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePersonName } from '../api/people';
import { useClaim, type UserTask } from '../api/user-tasks';
import { Instant } from '../ui/instant';
import { notifyDone, notifyProblem } from '../ui/notify';
import { Due } from './due';
import { Holder } from './holder';
import classes from './task-list.module.css';
import { useRowKeys } from './row-keys';

interface Props {
  tasks: readonly UserTask[];
  label: string;
}

export function TaskList({ tasks, label }: Props) {
  const narrow = useMediaQuery('(max-width: 48em)', window.innerWidth <= 768, {
    getInitialValueInEffect: false,
  });
  const claim = useClaimInPlace();
  const list = useRowKeys({
    claim: (id) => {
      const task = tasks.find((one) => one.id === id);
      if (task?.assignee === null) claim(task);
    },
  });
  const rows = { tasks, label, claim };
  return <div ref={list}>{narrow ? <Cards {...rows} /> : <Rows {...rows} />}</div>;
}

function useClaimInPlace(): (task: UserTask) => void {
  const { t } = useTranslation('work');
  const { mutate } = useClaim();
  return (task) => {
    mutate(task.id, {
      onSuccess: () => {
        notifyDone(t('claimed', { task: task.name, number: task.case.number }));
      },
      onError: notifyProblem,
    });
  };
}

interface Listed extends Props {
  claim: (task: UserTask) => void;
}

function Rows({ tasks, label, claim }: Listed) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  return (
    <Table aria-label={label} className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('task')}</Table.Th>
          <Table.Th>{t('case')}</Table.Th>
          <Table.Th>{t('requester')}</Table.Th>
          <Table.Th>{t('priority')}</Table.Th>
          <Table.Th>{t('holder')}</Table.Th>
          <Table.Th>{t('due')}</Table.Th>
          <Table.Th>{t('since')}</Table.Th>
          <Table.Th aria-label={t('action')} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {tasks.map((task) => (
          <Table.Tr key={task.id}>
            <Table.Td>
              <TaskLink task={task} />
            </Table.Td>
            <Table.Td>
              <span className={classes.number}>{task.case.number}</span> {task.case.title}
            </Table.Td>
            <Table.Td>{task.case.requester === null ? '' : nameOf(task.case.requester)}</Table.Td>
            <Table.Td>{task.priority}</Table.Td>
            <Table.Td>
              <Holder task={task} />
            </Table.Td>
            <Table.Td className={classes.time}>
              <Due at={task.due_at} />
            </Table.Td>
            <Table.Td className={classes.time}>
              <Instant at={task.created_at} />
            </Table.Td>
            <Table.Td className={classes.action}>
              <ClaimButton task={task} claim={claim} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cards({ tasks, label, claim }: Listed) {
  const { t } = useTranslation('work');
  return (
    <ul className={classes.cards} aria-label={label}>
      {tasks.map((task) => (
        <li key={task.id} className={classes.card}>
          <TaskLink task={task} />
          <div>
            <span className={classes.number}>{task.case.number}</span> {task.case.title}
          </div>
          <div className={classes.facts}>
            {task.priority !== null && <span>{t('priorityOf', { priority: task.priority })}</span>}
            <Holder task={task} />
            <Due at={task.due_at} />
            <span>
              {t('since')} <Instant at={task.created_at} />
            </span>
          </div>
          <ClaimButton task={task} claim={claim} />
        </li>
      ))}
    </ul>
  );
}

function TaskLink({ task }: { task: UserTask }) {
  return (
    <Link to={`/tasks/${task.id}`} data-row={task.id} className={classes.link}>
      {task.name}
    </Link>
  );
}

function ClaimButton({ task, claim }: { task: UserTask; claim: (task: UserTask) => void }) {
  const { t } = useTranslation('work');
  if (task.assignee !== null) return null;
  return (
    <Button
      size="compact-sm"
      variant="light"
      aria-label={t('claimIt', { task: task.name, number: task.case.number })}
      onClick={() => {
        claim(task);
      }}
    >
      {t('claim')}
    </Button>
  );
}
