/** One task: its form, what it belongs to, and who has it. */
import { Anchor, Button, Group, Paper } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { usePersonName } from '../api/people';
import { hasRole, usePerson } from '../api/session';
import { useClaim, useRelease, useUserTask, type OpenedUserTask } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyProblem } from '../ui/notify';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import { AssignButton } from './assign-button';
import { Completed } from './completed';
import { Due } from './due';
import { Holder } from './holder';
import { TaskForm } from './task-form';
import classes from './task-page.module.css';

export default function TaskPage() {
  const { t } = useTranslation('work');
  const { id = '' } = useParams();
  const { data: task, error, refetch } = useUserTask(id);
  return (
    <>
      <PageTitle title={task?.name} above={task && <CaseLine task={task} />} />
      {error?.status === 404 ? (
        <Empty icon="search" title={t('gone')}>
          {t('goneHint')}
        </Empty>
      ) : (
        error && <ProblemAlert problem={error} retry={() => void refetch()} />
      )}
      {task === undefined ? !error && <Loading kind="form" /> : <Task key={task.id} task={task} />}
    </>
  );
}

function CaseLine({ task }: { task: OpenedUserTask }) {
  return (
    <Anchor component={Link} to={`/cases/${task.instance}`} inherit>
      {task.case.number} · {task.case.title}
    </Anchor>
  );
}

function Task({ task }: { task: OpenedUserTask }) {
  const me = usePerson();
  const mayWork = task.assignee === null || task.assignee === me.username || hasRole(me);
  return (
    <div className={classes.columns}>
      <section className={classes.main}>
        {task.state === 'open' ? <TaskForm task={task} readOnly={!mayWork} /> : <Completed task={task} />}
      </section>
      <aside className={classes.side}>
        <Facts task={task} />
      </aside>
    </div>
  );
}

function Facts({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  const { requester } = task.case;
  return (
    <Paper p="md">
      <dl className={classes.facts}>
        <dt>{t('holder')}</dt>
        <dd>
          <Holder task={task} />
        </dd>
        {requester !== null && (
          <>
            <dt>{t('requester')}</dt>
            <dd>{nameOf(requester)}</dd>
          </>
        )}
        {task.priority !== null && (
          <>
            <dt>{t('priority')}</dt>
            <dd>{task.priority}</dd>
          </>
        )}
        {task.due_at !== null && (
          <>
            <dt>{t('due')}</dt>
            <dd>
              <Due at={task.due_at} />
            </dd>
          </>
        )}
        <dt>{t('since')}</dt>
        <dd>
          <Instant at={task.created_at} />
        </dd>
      </dl>
      {task.state === 'open' && <Hands task={task} />}
    </Paper>
  );
}

/** Taking a task, giving it back, giving it to somebody. */
function Hands({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const claim = useClaim();
  const release = useRelease();
  const oversees = hasRole(me, 'service-manager');
  return (
    <Group gap="xs" mt="md">
      {task.assignee === null && (
        <Button
          variant="light"
          loading={claim.isPending}
          onClick={() => {
            claim.mutate(task.id, { onError: notifyProblem });
          }}
        >
          {t('claim')}
        </Button>
      )}
      {task.assignee !== null && (task.assignee === me.username || oversees) && (
        <Button
          variant="default"
          loading={release.isPending}
          onClick={() => {
            release.mutate(task.id, { onError: notifyProblem });
          }}
        >
          {t('release')}
        </Button>
      )}
      {(task.assignee === me.username || oversees) && <AssignButton task={task} />}
    </Group>
  );
}
