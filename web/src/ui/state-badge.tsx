/** The state of a case or a task: a word, a shape and a colour, so that none of them is needed alone. */
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { Icon, type IconName } from './icon';
import classes from './state-badge.module.css';

export type State = Schemas['ProcessInstance']['state'] | Schemas['UserTask']['state'];
export type Tone = 'going' | 'good' | 'bad' | 'held' | 'quiet';

const LOOKS: Record<State, readonly [Tone, IconName]> = {
  active: ['going', 'play'],
  open: ['going', 'circle'],
  suspended: ['held', 'pause'],
  failed: ['bad', 'alert'],
  completed: ['good', 'check'],
  cancelled: ['quiet', 'ban'],
};

export function StateBadge({ state }: { state: State }) {
  const { t } = useTranslation();
  const [tone, icon] = LOOKS[state];
  return (
    <Badged tone={tone} icon={icon}>
      {t(`state.${state}`)}
    </Badged>
  );
}

interface Props {
  tone: Tone;
  icon: IconName;
  children: string;
}

/** A badge of the same make for other things that have a few states, such as a clock or a version. */
export function Badged({ tone, icon, children }: Props) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon name={icon} size={13} />
      {children}
    </span>
  );
}
