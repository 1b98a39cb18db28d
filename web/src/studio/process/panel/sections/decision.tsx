import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { editorAddress } from '../../../addresses';
import { is } from '../../diagram';
import { set, text } from '../../model';
import { PickField } from '../fields/pick-field';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';
import { useSuggestions } from '../suggestions';

const RESULTS = ['singleEntry', 'singleResult', 'collectEntries', 'resultList'] as const;

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { decisions } = useSuggestions();
  return (
    <>
      <PickField
        label={t('decision.key')}
        value={text(place.owner, 'camunda:decisionRef')}
        suggestions={decisions}
        address={(key) =>
          decisions.some((each) => each.value === key) ? editorAddress('decision', key) : null
        }
        onCommit={(key) => {
          set(place, { 'camunda:decisionRef': key });
        }}
      />
      <TextField
        label={t('decision.variable')}
        description={t('decision.variableHint')}
        example="priority"
        value={text(place.owner, 'camunda:resultVariable')}
        code
        onCommit={(variable) => {
          set(place, { 'camunda:resultVariable': variable });
        }}
      />
      <Select
        size="xs"
        label={t('decision.result')}
        data={RESULTS.map((each) => ({ value: each, label: t(`decision.${each}`) }))}
        value={text(place.owner, 'camunda:mapDecisionResult') || 'resultList'}
        allowDeselect={false}
        onChange={(result) => {
          set(place, { 'camunda:mapDecisionResult': result ?? '' });
        }}
      />
    </>
  );
}

export const decision: Section = {
  id: 'decision',
  isFor: (owner) => is(owner, 'bpmn:BusinessRuleTask'),
  Fields,
  isUsed: () => true,
};
