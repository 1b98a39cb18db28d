/** A task that is over: who did it, what was sent, what this person had typed, and what comes next. */
import { Alert, Button, Title } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePersonName } from '../api/people';
import { hasRole, usePerson } from '../api/session';
import type { OpenedUserTask } from '../api/user-tasks';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { Next } from './next';
import classes from './task-page.module.css';
import { Unsent } from './unsent';

const FormView = lazy(() => import('../forms/form-view').then(({ FormView }) => ({ default: FormView })));

/** `justNow`: it was open when this page was, so what became of it is said aloud. */
export function Closed({ task, justNow }: { task: OpenedUserTask; justNow: boolean }) {
  const me = usePerson();
  const byMe = task.completed_by === me.username;
  return (
    <div className={classes.closed}>
      <Outcome task={task} justNow={justNow} />
      {!byMe && <Unsent task={task} />}
      {byMe && justNow && <Next after={task} />}
      <Sent task={task} />
      {!justNow && <Home />}
    </div>
  );
}

function Outcome({ task, justNow }: { task: OpenedUserTask; justNow: boolean }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const nameOf = usePersonName();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (justNow) heading.current?.focus();
  }, [justNow]);
  const isDone = task.state === 'completed';
  const title = !isDone
    ? t('cancelled')
    : task.completed_by === me.username
      ? t('completedByYou')
      : t('completedBy', { name: nameOf(task.completed_by ?? '') });
  return (
    <Alert color={isDone ? 'petrol' : 'gray'} icon={<Icon name={isDone ? 'check' : 'ban'} />}>
      <Title order={2} tabIndex={-1} ref={heading} className={classes.outcome}>
        {title}
      </Title>
      {task.completed_at !== null && <Instant at={task.completed_at} />}
      {!isDone && t('cancelledHint')}
    </Alert>
  );
}

/** What was filled in, for whoever comes back to see it. */
function Sent({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  if (task.form === null || Object.keys(task.data).length === 0) return null;
  return (
    <section>
      <Title order={2} mb="sm">
        {t('sent')}
      </Title>
      <Suspense fallback={<Loading kind="form" count={3} />}>
        <FormView document={task.form} data={task.data} readOnly onSubmit={() => {}} />
      </Suspense>
    </section>
  );
}

function Home() {
  const { t } = useTranslation('work');
  const works = hasRole(usePerson(), 'agent', 'service-manager');
  return (
    <Button component={Link} to="/" variant="default" className={classes.home}>
      {works ? t('toWork') : t('toStart')}
    </Button>
  );
}
