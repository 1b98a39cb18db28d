/** What is undone where a compensation is thrown: all that has been done, or one activity. */
import { useTranslation } from 'react-i18next';

import type { Drawn } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { child, definition, set, text } from '../../model';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const at: Place = { ...place, owner: definition(place.owner, 'Compensate') ?? place.owner };
  const activities = undone(place);
  return (
    <PickField
      label={t('compensation.activity')}
      description={t('compensation.hint')}
      value={text(child(at.owner, 'activityRef'), 'id')}
      suggestions={activities.map((each) => ({
        value: each.id,
        label: text(each.businessObject, 'name') || each.id,
      }))}
      onCommit={(id) => {
        set(at, { activityRef: activities.find((each) => each.id === id)?.businessObject });
      }}
    />
  );
}

/** The activities with a compensation event, and the sub-processes, beside a place or the event sub-process it is in. */
function undone({ editor, owner }: Place): Drawn[] {
  const scopes = [owner.$parent];
  while (scopes.at(-1)?.get('triggeredByEvent') === true) scopes.push(scopes.at(-1)?.$parent);
  const compensated = editor.elements
    .filter((each) => is(each, 'bpmn:BoundaryEvent') && definition(each.businessObject, 'Compensate'))
    .map((each) => child(each.businessObject, 'attachedToRef'));
  return editor.elements.filter(
    ({ businessObject: each }) =>
      scopes.includes(each.$parent) &&
      each.get('triggeredByEvent') !== true &&
      (is(each, 'bpmn:SubProcess') || compensated.includes(each)),
  );
}

export const compensation: Section = {
  id: 'compensation',
  isFor: (owner) => is(owner, 'bpmn:ThrowEvent') && Boolean(definition(owner, 'Compensate')),
  Fields,
  isUsed: () => true,
};
