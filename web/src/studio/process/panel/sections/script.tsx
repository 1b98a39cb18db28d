import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { set, text } from '../../model';
import { TextArea } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  return (
    <TextArea
      label={t('script.script')}
      description={t('script.hint')}
      value={text(place.owner, 'script')}
      rows={6}
      code
      onCommit={(script) => {
        set(place, { script, scriptFormat: 'python' });
      }}
    />
  );
}

export const script: Section = {
  id: 'script',
  isFor: (owner) => is(owner, 'bpmn:ScriptTask'),
  Fields,
  isUsed: () => true,
};
