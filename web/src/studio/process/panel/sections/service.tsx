import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { set, text } from '../../model';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  return (
    <TextField
      label={t('service.topic')}
      description={t('service.hint')}
      example="monitoring.check"
      value={text(place.owner, 'camunda:topic')}
      code
      onCommit={(topic) => {
        set(place, { 'camunda:topic': topic, 'camunda:type': topic ? 'external' : undefined });
      }}
    />
  );
}

export const service: Section = {
  id: 'service',
  isFor: (owner) => is(owner, 'bpmn:ServiceTask'),
  Fields,
  isUsed: () => true,
};
