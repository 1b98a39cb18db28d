/** Links: a flow drawn as two halves, which belong together by their name. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import type { Place } from '../../model';
import { children, definition, set, text, throws } from '../../model';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const thrown = throws(place.owner);
  const at: Place = { ...place, owner: definition(place.owner, 'Link') ?? place.owner };
  const name = text(at.owner, 'name');
  const others = [...new Set(halves(place.owner, !thrown))];
  return (
    <>
      <PickField
        label={t('link.name')}
        description={t(thrown ? 'link.throwHint' : 'link.catchHint')}
        example="A"
        value={name}
        suggestions={others.map((each) => ({ value: each, label: each }))}
        onCommit={(changed) => {
          set(at, { name: changed });
        }}
      />
      {thrown && name && !others.includes(name) && (
        <Button
          size="compact-xs"
          variant="default"
          w="max-content"
          onClick={() => {
            drawOtherHalf(place, name);
          }}
        >
          {t('link.drawOther')}
        </Button>
      )}
    </>
  );
}

/** The names of the links thrown, or caught, beside an element. */
function halves(owner: Moddle, thrown: boolean): string[] {
  return children(owner.$parent, 'flowElements')
    .filter((each) => throws(each) === thrown)
    .map((each) => text(definition(each, 'Link'), 'name'))
    .filter(Boolean);
}

function drawOtherHalf({ editor, element }: Place, name: string): void {
  editor.change(() => {
    const drawn = editor.beside(element, {
      type: 'bpmn:IntermediateCatchEvent',
      eventDefinitionType: 'bpmn:LinkEventDefinition',
    });
    const owner = definition(drawn.businessObject, 'Link');
    if (owner) set({ editor, element: drawn, owner }, { name });
  });
}

export const link: Section = {
  id: 'link',
  isFor: (owner) => Boolean(definition(owner, 'Link')),
  Fields,
  isUsed: () => true,
};
