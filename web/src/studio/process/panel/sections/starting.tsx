import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { set, text } from '../../model';
import { NamesField } from '../fields/names-field';
import type { Section, SectionProps } from '../section';
import { useSuggestions } from '../suggestions';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { groups, people } = useSuggestions();
  return (
    <>
      <NamesField
        label={t('starting.groups')}
        description={t('starting.hint')}
        value={text(place.owner, 'camunda:candidateStarterGroups')}
        suggestions={groups}
        onCommit={(names) => {
          set(place, { 'camunda:candidateStarterGroups': names });
        }}
      />
      <NamesField
        label={t('starting.people')}
        value={text(place.owner, 'camunda:candidateStarterUsers')}
        suggestions={people}
        onCommit={(names) => {
          set(place, { 'camunda:candidateStarterUsers': names });
        }}
      />
    </>
  );
}

export const starting: Section = {
  id: 'starting',
  isFor: (owner) => is(owner, 'bpmn:Process'),
  Fields,
  isUsed: ({ owner }) =>
    text(owner, 'camunda:candidateStarterGroups') !== '' ||
    text(owner, 'camunda:candidateStarterUsers') !== '',
};
