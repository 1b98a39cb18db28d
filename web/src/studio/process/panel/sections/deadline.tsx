import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { set, text } from '../../model';
import { describeTimer } from '../../timers';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t, i18n } = useTranslation('studio');
  const due = text(place.owner, 'camunda:dueDate');
  return (
    <>
      <TextField
        label={t('deadline.due')}
        description={t('deadline.dueHint')}
        example="P2D"
        value={due}
        code
        onCommit={(dueDate) => {
          set(place, { 'camunda:dueDate': dueDate });
        }}
      />
      {due && (
        <Text size="xs" c="dimmed">
          {describeTimer(due.startsWith('P') ? 'timeDuration' : 'timeDate', due, t, i18n.language)}
        </Text>
      )}
      <TextField
        label={t('deadline.priority')}
        description={t('deadline.priorityHint')}
        example="50"
        value={text(place.owner, 'camunda:priority')}
        code
        onCommit={(priority) => {
          set(place, { 'camunda:priority': priority });
        }}
      />
    </>
  );
}

export const deadline: Section = {
  id: 'deadline',
  isFor: (owner) => is(owner, 'bpmn:UserTask'),
  Fields,
  isUsed: ({ owner }) => text(owner, 'camunda:dueDate') !== '' || text(owner, 'camunda:priority') !== '',
};
