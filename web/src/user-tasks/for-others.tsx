/** What stands above the form of a task that is not for this person to do. */
import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../api/people';
import type { UserTask } from '../api/user-tasks';
import { Icon } from '../ui/icon';

export function ForOthers({ task }: { task: UserTask }) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  return (
    <Alert color="gray" icon={<Icon name="person" />} mb="md">
      {task.assignee === null ? t('notYours') : t('otherHas', { name: nameOf(task.assignee) })}
    </Alert>
  );
}
