import { useTranslation } from 'react-i18next';

import type { Place } from '../../model';
import { definition, expression, setExpression } from '../../model';
import { TextArea } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const at: Place = { ...place, owner: definition(place.owner, 'Conditional') ?? place.owner };
  return (
    <TextArea
      label={t('condition.condition')}
      description={t('condition.hint')}
      example="${priority == 1}"
      value={expression(at.owner, 'condition')}
      code
      onCommit={(condition) => {
        setExpression(at, 'condition', condition);
      }}
    />
  );
}

export const condition: Section = {
  id: 'condition',
  isFor: (owner) => Boolean(definition(owner, 'Conditional')),
  Fields,
  isUsed: () => true,
};
