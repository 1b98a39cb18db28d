import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import type { Place } from '../../model';
import { child, create, expression, set, setExpression, text } from '../../model';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

const KINDS = ['once', 'parallel', 'sequential'] as const;
type Kind = (typeof KINDS)[number];

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const loop = child(place.owner, 'loopCharacteristics');
  const kind: Kind = !loop ? 'once' : loop.get('isSequential') === true ? 'sequential' : 'parallel';
  return (
    <>
      <Select
        size="xs"
        label={t('repetition.kind')}
        data={KINDS.map((each) => ({ value: each, label: t(`repetition.${each}`) }))}
        value={kind}
        allowDeselect={false}
        onChange={(chosen) => {
          change(place, chosen ?? 'once');
        }}
      />
      {loop && <Loop place={{ ...place, owner: loop }} />}
    </>
  );
}

function Loop({ place }: { place: Place }) {
  const { t } = useTranslation('studio');
  return (
    <>
      <TextField
        label={t('repetition.collection')}
        description={t('repetition.collectionHint')}
        example="voters"
        value={text(place.owner, 'camunda:collection')}
        code
        onCommit={(collection) => {
          set(place, { 'camunda:collection': collection });
        }}
      />
      <TextField
        label={t('repetition.item')}
        example="voter"
        value={text(place.owner, 'camunda:elementVariable')}
        code
        onCommit={(elementVariable) => {
          set(place, { 'camunda:elementVariable': elementVariable });
        }}
      />
      <TextField
        label={t('repetition.times')}
        description={t('repetition.timesHint')}
        example="3"
        value={expression(place.owner, 'loopCardinality')}
        code
        onCommit={(times) => {
          setExpression(place, 'loopCardinality', times);
        }}
      />
      <TextField
        label={t('repetition.until')}
        description={t('repetition.untilHint')}
        example="${nrOfCompletedInstances >= 2}"
        value={expression(place.owner, 'completionCondition')}
        code
        onCommit={(until) => {
          setExpression(place, 'completionCondition', until);
        }}
      />
    </>
  );
}

function change(place: Place, kind: Kind): void {
  const loop = child(place.owner, 'loopCharacteristics');
  const isSequential = kind === 'sequential';
  if (kind === 'once') set(place, { loopCharacteristics: undefined });
  else if (loop) set({ ...place, owner: loop }, { isSequential });
  else {
    set(place, {
      loopCharacteristics: create(place, 'bpmn:MultiInstanceLoopCharacteristics', { isSequential }),
    });
  }
}

export const repetition: Section = {
  id: 'repetition',
  isFor: (owner) =>
    is(owner, 'bpmn:Activity') && !(is(owner, 'bpmn:SubProcess') && owner.get('triggeredByEvent') === true),
  Fields,
  isUsed: ({ owner }) => Boolean(child(owner, 'loopCharacteristics')),
};
