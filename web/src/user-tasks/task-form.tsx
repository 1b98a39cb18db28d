/** Filling in a task's form: nothing typed is lost, and it is sent once. */
import { Anchor, Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../api/people';
import type { Problem } from '../api/problem';
import { usePerson } from '../api/session';
import { useComplete, useUserTask, type OpenedUserTask } from '../api/user-tasks';
import { useDraft } from '../drafts';
import type { Data, FormDocument, Schema } from '../forms/schema';
import { confirm } from '../ui/confirm';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyDone } from '../ui/notify';
import { ProblemAlert } from '../ui/problem-alert';
import { ForOthers } from './for-others';
import classes from './task-page.module.css';

const FormView = lazy(() => import('../forms/form-view').then(({ FormView }) => ({ default: FormView })));

interface Props {
  task: OpenedUserTask;
  readOnly: boolean;
}

/** Under which name what is typed into a task is kept. */
export function draftOf(task: OpenedUserTask): string {
  return `task.${task.id}`;
}

export function TaskForm({ task, readOnly }: Props) {
  const { t } = useTranslation('work');
  const complete = useComplete();
  const ask = useQuestion(task);
  const { refetch } = useUserTask(task.id);
  const draft = useDraft<Data>(draftOf(task));
  const send = async (data: Data | null) => {
    if (!(await ask())) return;
    complete.mutate(
      { id: task.id, data },
      {
        onSuccess: () => {
          draft.discard();
          notifyDone(t('done', { task: task.name, number: task.case.number }));
        },
        onError: ({ status }) => {
          // Somebody was first, or it has gone to others: the page tells what became of it.
          if (STALE.has(status)) void refetch();
        },
      },
    );
  };
  const shared = { task, readOnly, send: (data: Data | null) => void send(data), busy: complete.isPending };
  const problem = complete.error;
  return (
    <div className={classes.sheet}>
      {readOnly && <ForOthers task={task} />}
      {task.form === null ? (
        <Without {...shared} problem={problem} />
      ) : (
        <Filled {...shared} problem={problem} draft={draft} />
      )}
    </div>
  );
}

const STALE = new Set([403, 404, 409]);

/** Ask before what is easily done by mistake: one press without a form, or in another's place. */
function useQuestion(task: OpenedUserTask): () => Promise<boolean> {
  const { t } = useTranslation('work');
  const me = usePerson();
  const nameOf = usePersonName();
  const { assignee, name } = task;
  if (assignee !== null && assignee !== me.username) {
    const other = nameOf(assignee);
    return () =>
      confirm({
        title: t('confirmFor', { name: other }),
        text: t('confirmForText', { name: other }),
        action: t('complete'),
      });
  }
  if (task.form !== null) return () => Promise.resolve(true);
  return () =>
    confirm({ title: t('confirmDone', { task: name }), text: t('confirmDoneText'), action: t('complete') });
}

interface Sending extends Props {
  send: (data: Data | null) => void;
  problem: Problem | null;
  busy: boolean;
}

/** A task without a form: it is done, or it is not. */
function Without({ readOnly, send, problem, busy }: Sending) {
  const { t } = useTranslation('work');
  return (
    <>
      {problem && <ProblemAlert problem={problem} />}
      <Text mb="md">{t('noForm')}</Text>
      {!readOnly && (
        <Button
          loading={busy}
          onClick={() => {
            send(null);
          }}
        >
          {t('complete')}
        </Button>
      )}
    </>
  );
}

function Filled({
  task,
  readOnly,
  send,
  problem,
  busy,
  draft,
}: Sending & { draft: ReturnType<typeof useDraft<Data>> }) {
  const { t } = useTranslation('work');
  // What was typed before is read once: later changes of the draft are what is being typed.
  const [opened, setOpened] = useState(() => ({
    data: { ...draft.value, ...shown(task) },
    at: draft.at,
    round: 0,
  }));
  const fields = problem?.status === 422 ? problem.entries.filter(({ pointer }) => pointer) : [];
  const startOver = () => {
    draft.discard();
    setOpened(({ round }) => ({ data: task.data, at: null, round: round + 1 }));
  };
  return (
    <>
      {opened.at !== null && !readOnly && (
        <Group gap="xs" mb="md">
          <Text size="sm" c="dimmed">
            {t('restored')} <Instant at={new Date(opened.at).toISOString()} />
          </Text>
          <Anchor component="button" type="button" size="sm" onClick={startOver}>
            {t('startOver')}
          </Anchor>
        </Group>
      )}
      <Suspense fallback={<Loading kind="form" />}>
        <FormView
          key={opened.round}
          document={task.form as FormDocument}
          data={opened.at === null ? task.data : opened.data}
          readOnly={readOnly}
          busy={busy}
          problems={fields}
          submitLabel={t('complete')}
          onChange={draft.keep}
          onSubmit={send}
        />
      </Suspense>
      {problem && fields.length === 0 && <Refused problem={problem} />}
    </>
  );
}

/** What the form only shows is as fresh as the task, whatever a draft remembers of it. */
function shown(task: OpenedUserTask): Data {
  const { properties = {} } = (task.form?.schema ?? {}) as Schema;
  return Object.fromEntries(
    Object.entries(task.data).filter(([name]) => properties[name]?.readOnly === true),
  );
}

/** Beside the button, where the eyes are. */
function Refused({ problem }: { problem: Problem }) {
  const { t } = useTranslation('work');
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [problem]);
  return (
    <div ref={place} className={classes.refused}>
      <ProblemAlert problem={problem} />
      {problem.status !== 422 && (
        <Text size="sm" c="dimmed" mt="sm">
          {t('typedIsKept')}
        </Text>
      )}
    </div>
  );
}
