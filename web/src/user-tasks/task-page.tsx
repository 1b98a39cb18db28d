/** One task: its form, what it belongs to, and who has it. */
import { Anchor, Button, Paper } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { usePersonName } from '../api/people';
import type { Problem } from '../api/problem';
import { usePerson } from '../api/session';
import { useClaim, useRelease, useUserTask, type OpenedUserTask } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyProblem } from '../ui/notify';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import { AssignButton } from './assign-button';
import { Closed } from './closed';
import { Context, Where } from './context';
import { Due } from './due';
import { Holder } from './holder';
import { Priority } from './priority';
import { mayAssign, mayClaim, mayComplete, mayRelease } from './rights';
import { TaskForm } from './task-form';
import classes from './task-page.module.css';
import { Unsent } from './unsent';

export default function TaskPage() {
  const { t } = useTranslation('work');
  const { id = '' } = useParams();
  const { data: task, error, refetch } = useUserTask(id);
  const isGone = error?.status === 404;
  return (
    <>
      <PageTitle
        title={isGone ? t('gone') : task?.name}
        above={task && <CaseLine task={task} />}
        actions={task?.state === 'open' && !isGone && <Hands task={task} />}
      />
      {error && !isGone && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {isGone && <Gone task={task} />}
      {task && !isGone && <Task key={task.id} task={task} />}
      {!task && !error && <Loading kind="form" />}
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

/** It never was, has ended with its case, or has gone to others since the page was opened. */
function Gone({ task }: { task: OpenedUserTask | undefined }) {
  const { t } = useTranslation('work');
  return (
    <>
      <Empty
        icon="search"
        title={t('gone')}
        action={
          <Button component={Link} to="/" variant="default">
            {t('toStart')}
          </Button>
        }
      >
        {t('goneHint')}
      </Empty>
      {task && <Unsent task={task} />}
    </>
  );
}

function Task({ task }: { task: OpenedUserTask }) {
  const me = usePerson();
  const [wasOpen] = useState(task.state === 'open');
  return (
    <div className={classes.columns}>
      <Facts task={task} />
      <section className={classes.main}>
        {task.state === 'open' ? (
          <TaskForm task={task} readOnly={!mayComplete(me, task)} />
        ) : (
          <Closed task={task} justNow={wasOpen} />
        )}
        <Where task={task} />
      </section>
      <Context task={task} />
    </div>
  );
}

function Facts({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  const { requester } = task.case;
  return (
    <Paper p="md" className={classes.side} component="aside" aria-label={t('facts')}>
      <dl className={classes.facts}>
        {(task.due_at ?? task.clock) !== null && (
          <div>
            <dt>{t('due')}</dt>
            <dd>
              <Due at={task.due_at} clock={task.clock} />
            </dd>
          </div>
        )}
        {task.priority !== null && (
          <div>
            <dt>{t('priority')}</dt>
            <dd>
              <Priority priority={task.priority} />
            </dd>
          </div>
        )}
        <div>
          <dt>{t('holder')}</dt>
          <dd>
            <Holder task={task} />
          </dd>
        </div>
        {requester !== null && (
          <div>
            <dt>{t('requester')}</dt>
            <dd>{nameOf(requester)}</dd>
          </div>
        )}
        <div>
          <dt>{t('since')}</dt>
          <dd>
            <Instant at={task.created_at} />
          </dd>
        </div>
      </dl>
    </Paper>
  );
}

/** Taking a task, giving it back, giving it to somebody. */
function Hands({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const claim = useClaim();
  const release = useRelease();
  const { refetch } = useUserTask(task.id);
  const onError = (problem: Problem) => {
    notifyProblem(problem);
    // Somebody was first: show who.
    void refetch();
  };
  return (
    <>
      {mayClaim(me, task) && (
        <Button
          variant="light"
          loading={claim.isPending}
          onClick={() => {
            claim.mutate(task.id, { onError });
          }}
        >
          {t('claim')}
        </Button>
      )}
      {mayRelease(me, task) && (
        <Button
          variant="default"
          loading={release.isPending}
          onClick={() => {
            release.mutate(task.id, { onError });
          }}
        >
          {t('release')}
        </Button>
      )}
      {mayAssign(me, task) && <AssignButton task={task} />}
    </>
  );
}
