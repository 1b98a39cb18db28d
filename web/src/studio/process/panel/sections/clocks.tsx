import { ActionIcon, Button, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { extensions, setExtensions, text } from '../../model';
import classes from '../fields/fields.module.css';
import { PickField } from '../fields/pick-field';
import type { Section, SectionProps } from '../section';

const CLOCK = 'baton:Clock';

/** What a mark may say: an action, and when. */
const MARKS = ['start', 'pause', 'stop', 'stopClaim', 'stopLeave'] as const;
type Says = (typeof MARKS)[number];

const WRITTEN: Record<Says, { action: string; on: string }> = {
  start: { action: 'start', on: 'enter' },
  pause: { action: 'pause', on: 'enter' },
  stop: { action: 'stop', on: 'enter' },
  stopClaim: { action: 'stop', on: 'claim' },
  stopLeave: { action: 'stop', on: 'leave' },
};
const TAKES_TIME = [
  'UserTask',
  'ReceiveTask',
  'ServiceTask',
  'SubProcess',
  'CallActivity',
  'IntermediateCatchEvent',
];

interface Mark {
  name: string;
  says: Says;
}

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const marks = extensions(place.owner, CLOCK).map(readMark);
  const offered = MARKS.filter((says) => mayStand(place.owner, says));
  const known = namesIn(place);
  const write = (wanted: Mark[]) => {
    setExtensions(
      place,
      CLOCK,
      wanted.map(({ name, says }) => ({ name, ...WRITTEN[says] })),
    );
  };
  const change = (index: number, changed: Partial<Mark>) => {
    write(marks.map((mark, at) => (at === index ? { ...mark, ...changed } : mark)));
  };
  return (
    <fieldset className={classes.list}>
      <legend>{t('clocks.marks')}</legend>
      {marks.map((mark, index) => (
        <div className={classes.row} key={index}>
          <PickField
            label={t('clocks.name')}
            example="resolution"
            value={mark.name}
            suggestions={known.map((name) => ({ value: name, label: name }))}
            onCommit={(name) => {
              change(index, { name });
            }}
          />
          <Select
            size="xs"
            label={t('clocks.does')}
            // What was read stays to be seen, though it could not be chosen here.
            data={[...new Set([...offered, mark.says])].map((says) => ({
              value: says,
              label: t(`clocks.says.${says}`),
            }))}
            value={mark.says}
            allowDeselect={false}
            onChange={(says) => {
              change(index, { says: says ?? mark.says });
            }}
          />
          <ActionIcon
            size={30}
            mt={20}
            aria-label={t('field.removeNamed', { name: mark.name || String(index + 1) })}
            onClick={() => {
              write(marks.filter((_, at) => at !== index));
            }}
          >
            ✕
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="default"
        mt={6}
        onClick={() => {
          write([...marks, { name: known[0] ?? 'resolution', says: offered[0] ?? 'start' }]);
        }}
      >
        {t('field.add')}
      </Button>
    </fieldset>
  );
}

function readMark(mark: Moddle): Mark {
  const [action, on] = [text(mark, 'action'), text(mark, 'on') || 'enter'];
  const says = MARKS.find((one) => WRITTEN[one].action === action && WRITTEN[one].on === on);
  return { name: text(mark, 'name'), says: says ?? 'start' };
}

/** As the engine's check has it, so that nothing is offered which it refuses. */
function mayStand(owner: Moddle, says: Says): boolean {
  if (is(owner, 'bpmn:Process')) return says === 'start';
  if (says === 'stopClaim') return is(owner, 'bpmn:UserTask');
  return says !== 'pause' || TAKES_TIME.some((kind) => is(owner, `bpmn:${kind}`));
}

/** The clocks that the diagram speaks of so far. */
function namesIn({ editor, owner }: Place): string[] {
  const owners = [owner, ...editor.elements.map(({ businessObject }) => businessObject)];
  const marks = owners.flatMap((each) => [
    ...extensions(each, CLOCK),
    ...extensions(each.get('processRef') as Moddle | undefined, CLOCK),
  ]);
  return [...new Set(marks.map((mark) => text(mark, 'name')).filter(Boolean))];
}

export const clocks: Section = {
  id: 'clocks',
  isFor: (owner) => ['Process', 'Activity', 'Event'].some((kind) => is(owner, `bpmn:${kind}`)),
  Fields,
  isUsed: ({ owner }) => extensions(owner, CLOCK).length > 0,
};
