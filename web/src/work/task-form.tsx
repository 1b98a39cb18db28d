/** Filling in a task's form: nothing typed is lost, and it is sent once. */
import { Anchor, Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Problem } from '../api/problem';
import { useComplete, type OpenedUserTask } from '../api/user-tasks';
import { useDraft } from '../drafts';
import type { Data, FormDocument, Schema } from '../forms/schema';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyDone } from '../ui/notify';
import { ProblemAlert } from '../ui/problem-alert';
import { OtherHas } from './other-has';

const FormView = lazy(() => import('../forms/form-view').then(({ FormView }) => ({ default: FormView })));

interface Props {
  task: OpenedUserTask;
  readOnly: boolean;
}

export function TaskForm({ task, readOnly }: Props) {
  const { t } = useTranslation('work');
  const navigate = useNavigate();
  const complete = useComplete();
  const draft = useDraft<Data>(`task.${task.id}`);
  const send = (data: Data | null) => {
    complete.mutate(
      { id: task.id, data },
      {
        onSuccess: () => {
          draft.discard();
          notifyDone(t('done', { task: task.name, number: task.case.number }));
          void navigate('/work');
        },
      },
    );
  };
  const shared = { task, readOnly, send, problem: complete.error, busy: complete.isPending };
  return (
    <>
      {readOnly && task.assignee !== null && <OtherHas assignee={task.assignee} />}
      {task.form === null ? <Without {...shared} /> : <Filled {...shared} draft={draft} />}
    </>
  );
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
      {problem && fields.length === 0 && <Refused problem={problem} />}
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

function Refused({ problem }: { problem: Problem }) {
  const { t } = useTranslation('work');
  return (
    <>
      <ProblemAlert problem={problem} />
      {problem.status !== 422 && (
        <Text size="sm" c="dimmed" my="sm">
          {t('typedIsKept')}
        </Text>
      )}
    </>
  );
}
