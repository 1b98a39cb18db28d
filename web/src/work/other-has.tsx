/** What stands above the form of a task that somebody else has. */
import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../api/people';
import { Icon } from '../ui/icon';

export function OtherHas({ assignee }: { assignee: string }) {
  const { t } = useTranslation('work');
  const nameOf = usePersonName();
  return (
    <Alert color="gray" icon={<Icon name="person" />} mb="md">
      {t('otherHas', { name: nameOf(assignee) })}
    </Alert>
  );
}
