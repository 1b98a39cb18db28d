import { Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { beginsProcess, create, definition, expression, set, setExpression } from '../../model';
import type { TimerKind } from '../../timers';
import { describeTimer, EXAMPLES, TIMER_KINDS } from '../../timers';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

/** What begins a case mostly does so for ever, at a certain hour. */
const STARTING_EXAMPLES: Record<TimerKind, string> = { ...EXAMPLES, timeCycle: 'R/2026-01-01T09:00/P1D' };

function Fields({ place }: SectionProps) {
  const { t, i18n } = useTranslation('studio');
  const begins = beginsProcess(place.owner);
  const examples = begins ? STARTING_EXAMPLES : EXAMPLES;
  const timer = definition(place.owner, 'Timer');
  const kind = kindOf(timer, begins ? 'timeCycle' : 'timeDuration');
  const value = expression(timer, kind);
  const at: Place = { ...place, owner: timer ?? place.owner };
  // Where a case is yet to begin there is nothing to compute with.
  const words = (said: string) =>
    begins && said.includes('${') ? t('timer.unclear') : describeTimer(kind, said, t, i18n.language);
  const kinds = TIMER_KINDS.filter((each) => each !== 'timeCycle' || mayRepeat(place.owner));
  return (
    <>
      <Select
        size="xs"
        label={t('timer.kind')}
        data={kinds.map((each) => ({ value: each, label: t(`timer.${each}`) }))}
        value={kind}
        allowDeselect={false}
        onChange={(chosen) => {
          if (chosen && chosen !== kind) change(at, kind, chosen, examples[chosen]);
        }}
      />
      <TextField
        label={t('timer.value')}
        description={begins ? t(`timer.${kind}StartHint`) : t(`timer.${kind}Hint`)}
        example={examples[kind]}
        value={value}
        code
        onCommit={(text) => {
          setExpression(at, kind, text);
        }}
      />
      <Text size="xs" c={value ? undefined : 'dimmed'} aria-live="polite">
        {value ? words(value) : t('timer.empty')}
      </Text>
    </>
  );
}

function kindOf(timer: Moddle | undefined, usual: TimerKind): TimerKind {
  return TIMER_KINDS.find((kind) => timer?.get(kind)) ?? usual;
}

/** Another kind of timer, with an example to begin with: what was typed would mean something else there. */
function change(place: Place, from: TimerKind, to: TimerKind, body: string): void {
  set(place, { [from]: undefined, [to]: create(place, 'bpmn:FormalExpression', { body }) });
}

/** Only what does not interrupt can happen again, and what begins a case. */
function mayRepeat(owner: Moddle): boolean {
  if (is(owner, 'bpmn:BoundaryEvent')) return owner.get('cancelActivity') === false;
  return is(owner, 'bpmn:StartEvent') && (beginsProcess(owner) || owner.get('isInterrupting') === false);
}

export const timer: Section = {
  id: 'timer',
  isFor: (owner) => Boolean(definition(owner, 'Timer')),
  Fields,
  isUsed: () => true,
};
