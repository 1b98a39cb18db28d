import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { set, text } from '../../model';
import { editorAddress } from '../../../addresses';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';
import { useSuggestions } from '../suggestions';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { forms } = useSuggestions();
  return (
    <PickField
      label={t('form.key')}
      description={is(place.owner, 'bpmn:StartEvent') ? t('form.startHint') : t('form.taskHint')}
      example="incident/triage"
      value={text(place.owner, 'camunda:formKey')}
      suggestions={forms}
      address={(key) => (forms.some((form) => form.value === key) ? editorAddress('form', key) : null)}
      onCommit={(key) => {
        set(place, { 'camunda:formKey': key });
      }}
    />
  );
}

export const form: Section = {
  id: 'form',
  isFor: (owner) =>
    is(owner, 'bpmn:UserTask') || (is(owner, 'bpmn:StartEvent') && is(owner.$parent, 'bpmn:Process')),
  Fields,
  isUsed: () => true,
};
