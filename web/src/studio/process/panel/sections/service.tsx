import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
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

/** A send task that a program works on, as Camunda has it; without a topic it sends a message. */
export function isJob(owner: Moddle): boolean {
  return is(owner, 'bpmn:SendTask') && text(owner, 'camunda:type') !== '';
}

export const service: Section = {
  id: 'service',
  isFor: (owner) => is(owner, 'bpmn:ServiceTask') || isJob(owner),
  Fields,
  isUsed: () => true,
};
