import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { child, children, create, extension, set, setExtensions, text } from '../../model';
import type { Pair } from '../fields/pairs-field';
import { PairsField } from '../fields/pairs-field';
import type { Section, SectionProps } from '../section';

const HOLDER = 'camunda:InputOutput';

interface Way {
  list: 'inputParameters' | 'outputParameters';
  type: 'camunda:InputParameter' | 'camunda:OutputParameter';
}
const INPUTS: Way = { list: 'inputParameters', type: 'camunda:InputParameter' };
const OUTPUTS: Way = { list: 'outputParameters', type: 'camunda:OutputParameter' };

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  return (
    <>
      <Parameters place={place} way={INPUTS} label={t('data.inputs')} description={t('data.inputsHint')} />
      <Parameters place={place} way={OUTPUTS} label={t('data.outputs')} description={t('data.outputsHint')} />
    </>
  );
}

interface ParametersProps {
  place: Place;
  way: Way;
  label: string;
  description: string;
}

function Parameters({ place, way, label, description }: ParametersProps) {
  const { t } = useTranslation('studio');
  const parameters = children(extension(place.owner, HOLDER), way.list);
  return (
    <PairsField
      label={label}
      description={description}
      nameLabel={t('data.name')}
      valueLabel={t('data.value')}
      pairs={parameters.map(pair)}
      onAdd={() => {
        put(place, way, (there, holder) => [
          ...there,
          create(place, way.type, { name: freeName(there), value: '${null}' }, holder),
        ]);
      }}
      onChange={(index, change) => {
        const parameter = parameters[index];
        if (parameter) set({ ...place, owner: parameter }, change);
      }}
      onRemove={(index) => {
        put(place, way, (there) => there.filter((_, at) => at !== index));
      }}
    />
  );
}

function pair(parameter: Moddle, index: number): Pair {
  const nested = child(parameter, 'definition');
  return {
    id: String(index),
    name: text(parameter, 'name'),
    value: nested ? nested.$type : text(parameter, 'value'),
    fixed: Boolean(nested),
  };
}

function freeName(there: Moddle[]): string {
  const taken = new Set(there.map((each) => text(each, 'name')));
  let number = there.length + 1;
  while (taken.has(`value${String(number)}`)) number += 1;
  return `value${String(number)}`;
}

/** Another list of inputs or outputs; the holder comes with the first and goes with the last. */
function put(place: Place, way: Way, next: (there: Moddle[], holder: Moddle) => Moddle[]): void {
  place.editor.change(() => {
    if (!extension(place.owner, HOLDER)) setExtensions(place, HOLDER, [{}]);
    const holder = extension(place.owner, HOLDER);
    if (!holder) return;
    set({ ...place, owner: holder }, { [way.list]: next(children(holder, way.list), holder) });
    const isEmpty = [INPUTS, OUTPUTS].every(({ list }) => children(holder, list).length === 0);
    if (isEmpty) setExtensions(place, HOLDER, []);
  });
}

export const data: Section = {
  id: 'data',
  isFor: (owner) =>
    is(owner, 'bpmn:Activity') && !(is(owner, 'bpmn:SubProcess') && owner.get('triggeredByEvent') === true),
  Fields,
  isUsed: ({ owner }) => Boolean(extension(owner, HOLDER)),
};
