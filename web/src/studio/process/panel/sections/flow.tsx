import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { child, expression, set, setExpression } from '../../model';
import { TextArea } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { editor, element, owner } = place;
  const source = element.source;
  const isDefault = child(source?.businessObject, 'default') === owner;
  return (
    <>
      {!isDefault && (
        <TextArea
          label={t('flow.condition')}
          description={t('flow.conditionHint')}
          example="${priority <= 2}"
          value={expression(owner, 'conditionExpression')}
          code
          onCommit={(condition) => {
            setExpression(place, 'conditionExpression', condition);
          }}
        />
      )}
      <Switch
        size="xs"
        label={t('flow.default')}
        description={t('flow.defaultHint')}
        checked={isDefault}
        onChange={(event) => {
          const chosen = event.currentTarget.checked;
          if (!source) return;
          editor.change(() => {
            if (chosen) setExpression(place, 'conditionExpression', '');
            set(
              { editor, element: source, owner: source.businessObject },
              { default: chosen ? owner : undefined },
            );
          });
        }}
      />
    </>
  );
}

export const flow: Section = {
  id: 'flow',
  isFor: (owner) => {
    const source = child(owner, 'sourceRef');
    return (
      is(owner, 'bpmn:SequenceFlow') &&
      ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:Activity'].some((kind) => is(source, kind))
    );
  },
  Fields,
  isUsed: () => true,
};
