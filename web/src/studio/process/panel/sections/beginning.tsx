/** What begins a case at a start event of a process: a person, or something that happens by itself. */
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { beginsProcess, children, type Place } from '../../model';
import type { Section, SectionProps } from '../section';

const KINDS = { plain: undefined, timer: 'Timer', message: 'Message', signal: 'Signal' } as const;
type Kind = keyof typeof KINDS;

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const kind = kindOf(place);
  return (
    <Select
      size="xs"
      label={t('beginning.kind')}
      description={kind && t(`beginning.${kind}Hint`)}
      data={(Object.keys(KINDS) as Kind[]).map((each) => ({ value: each, label: t(`beginning.${each}`) }))}
      value={kind}
      allowDeselect={false}
      onChange={(chosen) => {
        if (chosen && chosen !== kind) change(place, chosen);
      }}
    />
  );
}

/** null for what no process begins with: a file from elsewhere may say it. */
function kindOf({ owner }: Place): Kind | null {
  const [said, ...others] = children(owner, 'eventDefinitions');
  if (others.length > 0) return null;
  return (Object.keys(KINDS) as Kind[]).find((kind) => typeOf(kind) === said?.$type) ?? null;
}

function typeOf(kind: Kind): string | undefined {
  return KINDS[kind] && `bpmn:${KINDS[kind]}EventDefinition`;
}

function change({ editor, element }: Place, kind: Kind): void {
  const target = { type: 'bpmn:StartEvent', eventDefinitionType: typeOf(kind) };
  const drawn = editor.service('bpmnReplace').replaceElement(element, target);
  editor.service('selection').select(drawn);
}

export const beginning: Section = {
  id: 'beginning',
  isFor: beginsProcess,
  Fields,
  isUsed: () => true,
};
