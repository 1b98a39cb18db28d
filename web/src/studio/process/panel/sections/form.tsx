import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import type { Moddle } from '../../diagram';
import { beginsProcess, children, set, text } from '../../model';
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

/** What begins by itself asks nobody; a form that a file names there is shown, so that it can be taken away. */
function isPlain(start: Moddle): boolean {
  return children(start, 'eventDefinitions').length === 0 || text(start, 'camunda:formKey') !== '';
}

export const form: Section = {
  id: 'form',
  isFor: (owner) => is(owner, 'bpmn:UserTask') || (beginsProcess(owner) && isPlain(owner)),
  Fields,
  isUsed: () => true,
};
