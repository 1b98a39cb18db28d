/** A task that is over: who did it, and when. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../api/people';
import type { OpenedUserTask } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';

export function Completed({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  if (task.state === 'cancelled') return <Empty icon="ban" title={t('cancelled')} />;
  return (
    <Empty icon="check" title={t('completed')}>
      {task.completed_by !== null && <Text>{nameOf(task.completed_by)}</Text>}
      {task.completed_at !== null && <Instant at={task.completed_at} />}
    </Empty>
  );
}
