/** Tasks: a table where there is room, else cards; the same rows for the keyboard. */
import { Button, Table, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePersonName } from '../api/people';
import { usePerson } from '../api/session';
import { useClaim, useRelease, type UserTask } from '../api/user-tasks';
import { Instant } from '../ui/instant';
import { notifyDone, notifyProblem } from '../ui/notify';
import { Due } from './due';
import { useHolder } from './holder';
import { Priority } from './priority';
import { mayClaim } from './rights';
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
  const me = usePerson();
  const actions = useActions();
  const list = useRowKeys({
    claim: (id) => {
      const task = tasks.find((one) => one.id === id);
      if (task && mayClaim(me, task)) actions.claim(task);
    },
  });
  const rows = { tasks, label, actions };
  return <div ref={list}>{narrow ? <Cards {...rows} /> : <Rows {...rows} />}</div>;
}

type Act = (task: UserTask) => void;

function useActions(): { claim: Act; release: Act } {
  const { t } = useTranslation('work');
  const { mutate: claim } = useClaim();
  const { mutate: release } = useRelease();
  const told = (task: UserTask, key: 'claimed' | 'released') => ({
    onSuccess: () => {
      notifyDone(t(key, { task: task.name, number: task.case.number }));
    },
    onError: notifyProblem,
  });
  return {
    claim: (task) => {
      claim(task.id, told(task, 'claimed'));
    },
    release: (task) => {
      release(task.id, told(task, 'released'));
    },
  };
}

interface Listed extends Props {
  actions: ReturnType<typeof useActions>;
}

function Rows({ tasks, label, actions }: Listed) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  const holderOf = useHolder();
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
          <Table.Th>
            <VisuallyHidden>{t('action')}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {/* A hundred cells as Mantine's components take longer to draw than all else on the page. */}
        {tasks.map((task) => (
          <tr key={task.id} className={classes.row}>
            <td>
              <TaskLink task={task} />
            </td>
            <td>
              <span className={classes.number}>{task.case.number}</span> {task.case.title}
            </td>
            <td>{task.case.requester === null ? '' : nameOf(task.case.requester)}</td>
            <td>
              <Priority priority={task.priority} />
            </td>
            <td className={classes.time}>{holderOf(task)}</td>
            <td className={classes.time}>
              <Due at={task.due_at} clock={task.clock} />
            </td>
            <td className={classes.time}>
              <Instant at={task.created_at} />
            </td>
            <td className={classes.action}>
              <Hand task={task} actions={actions} />
            </td>
          </tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cards({ tasks, label, actions }: Listed) {
  const { t } = useTranslation('work');
  const holderOf = useHolder();
  return (
    <ul className={classes.cards} aria-label={label}>
      {tasks.map((task) => (
        <li key={task.id} className={classes.card}>
          <TaskLink task={task} />
          <div>
            <span className={classes.number}>{task.case.number}</span> {task.case.title}
          </div>
          <div className={classes.facts}>
            <Priority priority={task.priority} />
            {holderOf(task)}
            <Due at={task.due_at} clock={task.clock} />
            <span>
              {t('since')} <Instant at={task.created_at} />
            </span>
          </div>
          <Hand task={task} actions={actions} />
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

/** Taking a task that is free, or giving one's own back. */
function Hand({ task, actions }: { task: UserTask; actions: Listed['actions'] }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const isMine = task.assignee === me.username;
  if (!isMine && !mayClaim(me, task)) return null;
  const named = { task: task.name, number: task.case.number };
  return (
    <Button
      size="compact-sm"
      variant={isMine ? 'subtle' : 'light'}
      aria-label={isMine ? t('releaseIt', named) : t('claimIt', named)}
      onClick={() => {
        (isMine ? actions.release : actions.claim)(task);
      }}
    >
      {isMine ? t('release') : t('claim')}
    </Button>
  );
}
