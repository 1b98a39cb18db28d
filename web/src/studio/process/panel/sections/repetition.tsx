import { Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { child, create, expression, set, setExpression, text } from '../../model';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

const KINDS = ['once', 'parallel', 'sequential', 'loop'] as const;
type Kind = (typeof KINDS)[number];

const LOOP = 'bpmn:StandardLoopCharacteristics';
const MULTI_INSTANCE = 'bpmn:MultiInstanceLoopCharacteristics';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const said = child(place.owner, 'loopCharacteristics');
  const kind = kindOf(said);
  const at = said && { ...place, owner: said };
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
      {at && (kind === 'loop' ? <Loop place={at} /> : <MultiInstance place={at} />)}
    </>
  );
}

function kindOf(said: Moddle | undefined): Kind {
  if (!said) return 'once';
  if (is(said, LOOP)) return 'loop';
  return said.get('isSequential') === true ? 'sequential' : 'parallel';
}

function Loop({ place }: { place: Place }) {
  const { t } = useTranslation('studio');
  return (
    <>
      <TextField
        label={t('repetition.while')}
        description={t('repetition.whileHint')}
        example="${not reached}"
        value={expression(place.owner, 'loopCondition')}
        code
        onCommit={(condition) => {
          setExpression(place, 'loopCondition', condition);
        }}
      />
      <Switch
        size="xs"
        label={t('repetition.before')}
        checked={place.owner.get('testBefore') === true}
        onChange={(event) => {
          set(place, { testBefore: event.currentTarget.checked });
        }}
      />
      <TextField
        label={t('repetition.most')}
        description={t('repetition.mostHint')}
        example="3"
        value={text(place.owner, 'loopMaximum')}
        code
        onCommit={(most) => {
          set(place, { loopMaximum: most });
        }}
      />
    </>
  );
}

function MultiInstance({ place }: { place: Place }) {
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

/** What a loop says means nothing to many items, so that nothing of it is kept, nor the other way round. */
function change(place: Place, kind: Kind): void {
  const said = child(place.owner, 'loopCharacteristics');
  const isSequential = kind === 'sequential';
  if (kind === 'once') set(place, { loopCharacteristics: undefined });
  else if (kind === 'loop') set(place, { loopCharacteristics: create(place, LOOP, {}) });
  else if (said && is(said, MULTI_INSTANCE)) set({ ...place, owner: said }, { isSequential });
  else set(place, { loopCharacteristics: create(place, MULTI_INSTANCE, { isSequential }) });
}

export const repetition: Section = {
  id: 'repetition',
  isFor: (owner) =>
    is(owner, 'bpmn:Activity') && !(is(owner, 'bpmn:SubProcess') && owner.get('triggeredByEvent') === true),
  Fields,
  isUsed: ({ owner }) => Boolean(child(owner, 'loopCharacteristics')),
};
