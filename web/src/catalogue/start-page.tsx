/** Starting a case: its form, filled in without losing a word and sent once. */
import { Anchor, Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useProcessDefinition, useStartForm } from '../api/process-definitions';
import { useStart } from '../api/process-instances';
import { useDraft } from '../drafts';
import type { Data, FormDocument } from '../forms/schema';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyDone } from '../ui/notify';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import classes from './start-page.module.css';

const FormView = lazy(() => import('../forms/form-view').then(({ FormView }) => ({ default: FormView })));

export default function StartPage() {
  const { t } = useTranslation('catalogue');
  const { key = '' } = useParams();
  const definition = useProcessDefinition(key);
  const form = useStartForm(key);
  const problem = definition.error ?? form.error;
  return (
    <>
      <PageTitle
        title={problem?.status === 404 ? t('gone') : definition.data?.name}
        above={
          <Anchor component={Link} to="/catalogue" inherit>
            {t('title')}
          </Anchor>
        }
      />
      {problem?.status === 404 ? (
        <Empty icon="search" title={t('goneHint')} />
      ) : (
        problem && <ProblemAlert problem={problem} retry={() => void form.refetch()} />
      )}
      {definition.data?.description && (
        <Text c="dimmed" mb="lg" className={classes.words}>
          {definition.data.description}
        </Text>
      )}
      {definition.data?.plain_start === false && (
        <Empty icon="clock" title={t('byItself')}>
          {t('byItselfHint')}
        </Empty>
      )}
      {form.data === undefined || definition.data === undefined
        ? !problem && <Loading kind="form" />
        : definition.data.plain_start && <Starting key={key} definition={key} form={form.data} />}
    </>
  );
}

interface StartingProps {
  definition: string;
  form: FormDocument | null;
}

function Starting({ definition, form }: StartingProps) {
  const { t } = useTranslation('catalogue');
  const navigate = useNavigate();
  const start = useStart(definition);
  const draft = useDraft<Data>(`start.${definition}`);
  // What was typed before is read once: later changes of the draft are what is being typed.
  const [opened, setOpened] = useState(() => ({ data: draft.value ?? {}, at: draft.at, round: 0 }));
  const { error, isPending } = start;
  const fields = error?.status === 422 ? error.entries.filter(({ pointer }) => pointer) : [];
  const send = (data: Data) => {
    start.mutate(data, {
      onSuccess: ({ id, number }) => {
        draft.discard();
        notifyDone(t('started', { number }));
        void navigate(`/cases/${id}`);
      },
    });
  };
  const startOver = () => {
    draft.discard();
    setOpened(({ round }) => ({ data: {}, at: null, round: round + 1 }));
  };
  return (
    <div className={classes.words}>
      {opened.at !== null && (
        <Group gap="xs" mb="md">
          <Text size="sm" c="dimmed">
            {t('restored')} <Instant at={new Date(opened.at).toISOString()} />
          </Text>
          <Anchor component="button" type="button" size="sm" onClick={startOver}>
            {t('startOver')}
          </Anchor>
        </Group>
      )}
      {form === null ? (
        <>
          <Text mb="md">{t('noForm')}</Text>
          <Button loading={isPending} onClick={() => send({})}>
            {t('start')}
          </Button>
        </>
      ) : (
        <Suspense fallback={<Loading kind="form" />}>
          <FormView
            key={opened.round}
            document={form}
            data={opened.data}
            busy={isPending}
            problems={fields}
            submitLabel={t('submit')}
            onChange={draft.keep}
            onSubmit={send}
          />
        </Suspense>
      )}
      {error && fields.length === 0 && (
        <div className={classes.problem}>
          <ProblemAlert problem={error} />
          {error.isPassing && (
            <Text size="sm" c="dimmed" mt="xs">
              {t('kept')}
            </Text>
          )}
        </div>
      )}
    </div>
  );
}
