import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { editorAddress } from '../../../addresses';
import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { children, child, create, extensions, set, text } from '../../model';
import type { Pair } from '../fields/pairs-field';
import { PairsField } from '../fields/pairs-field';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';
import { useSuggestions } from '../suggestions';

type Direction = 'camunda:In' | 'camunda:Out';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { processes } = useSuggestions();
  return (
    <>
      <PickField
        label={t('called.key')}
        description={t('called.hint')}
        value={text(place.owner, 'calledElement')}
        suggestions={processes}
        address={(key) =>
          processes.some((each) => each.value === key) ? editorAddress('process', key) : null
        }
        onCommit={(key) => {
          set(place, { calledElement: key });
        }}
      />
      <Mappings place={place} direction="camunda:In" label={t('called.in')} all={t('called.inAll')} />
      <Mappings place={place} direction="camunda:Out" label={t('called.out')} all={t('called.outAll')} />
    </>
  );
}

interface MappingsProps {
  place: Place;
  direction: Direction;
  label: string;
  all: string;
}

function Mappings({ place, direction, label, all }: MappingsProps) {
  const { t } = useTranslation('studio');
  const mappings = extensions(place.owner, direction);
  const single = mappings.filter((each) => !isAll(each));
  return (
    <>
      <PairsField
        label={label}
        nameLabel={t('called.target')}
        valueLabel={t('called.source')}
        pairs={single.map(pair)}
        onAdd={() => {
          add(place, direction, { source: 'value', target: 'value' });
        }}
        onChange={(index, change) => {
          const mapping = single[index];
          if (mapping) set({ ...place, owner: mapping }, written(change));
        }}
        onRemove={(index) => {
          remove(place, single[index]);
        }}
      />
      <Switch
        size="xs"
        label={all}
        checked={mappings.some(isAll)}
        onChange={(event) => {
          if (event.currentTarget.checked) add(place, direction, { variables: 'all' });
          else remove(place, mappings.find(isAll));
        }}
      />
    </>
  );
}

function isAll(mapping: Moddle): boolean {
  return text(mapping, 'variables') === 'all';
}

function pair(mapping: Moddle, index: number): Pair {
  return {
    id: String(index),
    name: text(mapping, 'target'),
    value: text(mapping, 'source') || text(mapping, 'sourceExpression'),
    fixed: text(mapping, 'businessKey') !== '',
  };
}

/** A plain name is a variable; anything else is an expression. */
function written(change: { name?: string; value?: string }): Record<string, string> {
  if (change.name !== undefined) return { target: change.name };
  const value = change.value ?? '';
  return value.includes('${')
    ? { source: '', sourceExpression: value }
    : { source: value, sourceExpression: '' };
}

function add(place: Place, direction: Direction, mapping: Record<string, string>): void {
  place.editor.change(() => {
    let holder = child(place.owner, 'extensionElements');
    if (!holder) {
      holder = create(place, 'bpmn:ExtensionElements', { values: [] });
      set(place, { extensionElements: holder });
    }
    const made = create(place, direction, mapping, holder);
    set({ ...place, owner: holder }, { values: [...children(holder, 'values'), made] });
  });
}

function remove(place: Place, mapping: Moddle | undefined): void {
  const holder = child(place.owner, 'extensionElements');
  if (!holder || !mapping) return;
  set({ ...place, owner: holder }, { values: children(holder, 'values').filter((each) => each !== mapping) });
}

export const calledProcess: Section = {
  id: 'called',
  isFor: (owner) => is(owner, 'bpmn:CallActivity'),
  Fields,
  isUsed: () => true,
};
