/** When a task is due; one that is late says so in a word, not only in a colour. */
import { Group } from '@mantine/core';
import type { UserTask } from '../api/user-tasks';
import { ClockLeft } from '../clocks/clock-left';
import { useClockName } from '../clocks/use-clock-name';
import { useTranslation } from 'react-i18next';
import { useNow } from '../time';
import { Instant } from '../ui/instant';
import { Badged } from '../ui/state-badge';

interface Props {
  at: string | null;
  /** The clock of its case that burns next. */
  clock?: UserTask['clock'];
}

/** By when it is to be done, and how much is left of what was promised about its case. */
export function Due({ at, clock }: Props) {
  const nameOf = useClockName();
  if (!clock) return <DueAt at={at} />;
  return (
    <Group gap={6} component="span">
      <ClockLeft clock={clock} name={nameOf(clock.name)} />
      <DueAt at={at} />
    </Group>
  );
}

function DueAt({ at }: { at: string | null }) {
  const { t } = useTranslation('work');
  const now = useNow();
  if (at === null) return null;
  const late = Date.parse(at) < now;
  return (
    <Group gap={6} wrap="nowrap" component="span">
      {late && (
        <Badged tone="bad" icon="clock">
          {t('overdue')}
        </Badged>
      )}
      <Instant at={at} />
    </Group>
  );
}
