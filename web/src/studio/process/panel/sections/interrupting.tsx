import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import { definition, set } from '../../model';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const name = attribute(place.owner);
  return (
    <Switch
      size="xs"
      label={is(place.owner, 'bpmn:BoundaryEvent') ? t('interrupting.activity') : t('interrupting.scope')}
      checked={place.owner.get(name) !== false}
      onChange={(event) => {
        set(place, { [name]: event.currentTarget.checked });
      }}
    />
  );
}

function attribute(owner: Moddle): string {
  return is(owner, 'bpmn:BoundaryEvent') ? 'cancelActivity' : 'isInterrupting';
}

const ALWAYS = ['Error', 'Compensate', 'Cancel'];

/** An error or cancelling always interrupts, and a compensation finds nothing to interrupt. */
export const interrupting: Section = {
  id: 'interrupting',
  isFor: (owner) =>
    !ALWAYS.some((kind) => definition(owner, kind)) &&
    (is(owner, 'bpmn:BoundaryEvent') ||
      (is(owner, 'bpmn:StartEvent') &&
        is(owner.$parent, 'bpmn:SubProcess') &&
        owner.$parent?.get('triggeredByEvent') === true)),
  Fields,
  isUsed: () => true,
};
