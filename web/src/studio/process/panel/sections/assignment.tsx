import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Drawn, Moddle } from '../../diagram';
import { is } from '../../diagram';
import { children, extension, processOf, set, setExtension, text } from '../../model';
import { joinNames, NamesField, splitNames } from '../fields/names-field';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';
import type { Suggestion } from '../suggestions';
import { useSuggestions } from '../suggestions';

const SEPARATION = 'baton:Separation';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { groups, people } = useSuggestions();
  const { owner, element } = place;
  const lane = laneGroup(element);
  const isOpen = ['assignee', 'candidateUsers', 'candidateGroups'].every(
    (name) => text(owner, `camunda:${name}`) === '',
  );
  return (
    <>
      <NamesField
        label={t('assignment.groups')}
        value={text(owner, 'camunda:candidateGroups')}
        suggestions={groups}
        onCommit={(names) => {
          set(place, { 'camunda:candidateGroups': names });
        }}
      />
      {isOpen && (
        <Text size="xs" c="dimmed">
          {lane ? t('assignment.byLane', { group: lane }) : t('assignment.nobody')}
        </Text>
      )}
      <NamesField
        label={t('assignment.people')}
        value={text(owner, 'camunda:candidateUsers')}
        suggestions={people}
        onCommit={(names) => {
          set(place, { 'camunda:candidateUsers': names });
        }}
      />
      <PickField
        label={t('assignment.assignee')}
        description={t('assignment.assigneeHint')}
        example="${requester}"
        value={text(owner, 'camunda:assignee')}
        suggestions={people}
        onCommit={(name) => {
          set(place, { 'camunda:assignee': name });
        }}
      />
      <NamesField
        label={t('assignment.separation')}
        description={t('assignment.separationHint')}
        value={splitWords(text(extension(owner, SEPARATION), 'from'))}
        suggestions={deeds(place.editor.elements)}
        onCommit={(names) => {
          setExtension(place, SEPARATION, { from: splitNames(names).join(' ') });
        }}
      />
    </>
  );
}

function splitWords(ids: string): string {
  return joinNames(ids.split(/\s+/).filter(Boolean));
}

/** What somebody may have done before: any task, this one too when it is repeated, and starting the case. */
function deeds(elements: Drawn[]): Suggestion[] {
  return elements
    .filter((each) => is(each, 'bpmn:UserTask') || isStart(each))
    .map((each) => ({ value: each.id, label: text(each.businessObject, 'name') || each.id }));
}

function isStart(element: Drawn): boolean {
  return is(element, 'bpmn:StartEvent') && is(element.businessObject.$parent, 'bpmn:Process');
}

/** The group of the innermost lane an element lies in, as the server reads it. */
export function laneGroup(element: Drawn): string {
  let found = '';
  const look = (lanes: Moddle[]) => {
    for (const lane of lanes) {
      if (children(lane, 'flowNodeRef').includes(element.businessObject)) {
        found = text(extension(lane, 'baton:Group'), 'name') || text(lane, 'name') || found;
      }
      const inner = lane.get('childLaneSet') as Moddle | undefined;
      if (inner) look(children(inner, 'lanes'));
    }
  };
  for (const laneSet of children(processOf(element), 'laneSets')) look(children(laneSet, 'lanes'));
  return found;
}

export const assignment: Section = {
  id: 'assignment',
  isFor: (owner) => is(owner, 'bpmn:UserTask'),
  Fields,
  isUsed: () => true,
};
