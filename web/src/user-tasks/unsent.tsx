/** What somebody had typed into a task that others have completed or taken away meanwhile. */
import { Alert, Button, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenedUserTask } from '../api/user-tasks';
import { useDraft } from '../drafts';
import type { Data } from '../forms/schema';
import { Icon } from '../ui/icon';
import { Loading } from '../ui/loading';
import { draftOf } from './task-form';

const FormView = lazy(() => import('../forms/form-view').then(({ FormView }) => ({ default: FormView })));

export function Unsent({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const draft = useDraft<Data>(draftOf(task));
  if (draft.value === null || task.form === null) return null;
  return (
    <Alert color="amber" icon={<Icon name="edit" />} title={t('notSent')}>
      <Text mb="sm">{t('notSentHint')}</Text>
      <Suspense fallback={<Loading kind="form" count={2} />}>
        <FormView document={task.form} data={draft.value} readOnly onSubmit={() => {}} />
      </Suspense>
      <Button mt="md" variant="default" onClick={draft.discard}>
        {t('discard')}
      </Button>
    </Alert>
  );
}
