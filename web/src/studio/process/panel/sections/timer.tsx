import { Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import { create, definition, expression, set, setExpression } from '../../model';
import type { TimerKind } from '../../timers';
import { describeTimer, EXAMPLES, TIMER_KINDS } from '../../timers';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t, i18n } = useTranslation('studio');
  const timer = definition(place.owner, 'Timer');
  const kind = kindOf(timer);
  const value = expression(timer, kind);
  const at: Place = { ...place, owner: timer ?? place.owner };
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
          if (chosen) change(at, kind, chosen);
        }}
      />
      <TextField
        label={t('timer.value')}
        description={t(`timer.${kind}Hint`)}
        example={EXAMPLES[kind]}
        value={value}
        code
        onCommit={(text) => {
          setExpression(at, kind, text);
        }}
      />
      <Text size="xs" c={value ? undefined : 'dimmed'} aria-live="polite">
        {value ? describeTimer(kind, value, t, i18n.language) : t('timer.empty')}
      </Text>
    </>
  );
}

function kindOf(timer: Moddle | undefined): TimerKind {
  return TIMER_KINDS.find((kind) => timer?.get(kind)) ?? 'timeDuration';
}

/** Another kind of timer, with an example to begin with: what was typed would mean something else there. */
function change(place: Place, from: TimerKind, to: TimerKind): void {
  if (from === to) return;
  set(place, { [from]: undefined, [to]: create(place, 'bpmn:FormalExpression', { body: EXAMPLES[to] }) });
}

/** Only what does not interrupt can happen again. */
function mayRepeat(owner: Moddle): boolean {
  return is(owner, 'bpmn:BoundaryEvent')
    ? owner.get('cancelActivity') === false
    : is(owner, 'bpmn:StartEvent') && owner.get('isInterrupting') === false;
}

export const timer: Section = {
  id: 'timer',
  isFor: (owner) => Boolean(definition(owner, 'Timer')),
  Fields,
  isUsed: () => true,
};
