import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { extension, setExtension, text } from '../../model';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';
import { useSuggestions } from '../suggestions';

const GROUP = 'baton:Group';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { groups } = useSuggestions();
  return (
    <PickField
      label={t('lane.group')}
      description={t('lane.hint')}
      example={text(place.owner, 'name')}
      value={text(extension(place.owner, GROUP), 'name')}
      suggestions={groups}
      onCommit={(name) => {
        setExtension(place, GROUP, { name });
      }}
    />
  );
}

export const lane: Section = {
  id: 'lane',
  isFor: (owner) => is(owner, 'bpmn:Lane'),
  Fields,
  isUsed: () => true,
};
