/** How a clock stands: an icon, a word and the time, so that no colour is needed to tell. It counts down. */
import { useTranslation } from 'react-i18next';
import { usePerson } from '../api/session';
import { short, useSecond } from '../time';
import type { IconName } from '../ui/icon';
import { Badged, type Tone } from '../ui/state-badge';
import { amount, left, type Counting } from './remaining';

export interface Standing extends Counting {
  breached: boolean;
  at_risk?: boolean;
}

interface Look {
  tone: Tone;
  icon: IconName;
  says:
    | 'left'
    | 'rests'
    | 'atRisk'
    | 'paused'
    | 'breached'
    | 'breachedPaused'
    | 'unmeasured'
    | 'met'
    | 'missed'
    | 'cancelled';
}

function lookOf({ state, breached, at_risk, pace }: Standing, remaining: number | null): Look {
  const isBroken = breached || (remaining !== null && remaining < 0);
  switch (state) {
    case 'stopped':
      return isBroken
        ? { tone: 'bad', icon: 'alert', says: 'missed' }
        : { tone: 'good', icon: 'check', says: 'met' };
    case 'cancelled':
      return { tone: 'quiet', icon: 'ban', says: 'cancelled' };
    case 'unmeasured':
      return { tone: 'quiet', icon: 'minus', says: 'unmeasured' };
    case 'paused':
      return isBroken
        ? { tone: 'bad', icon: 'pause', says: 'breachedPaused' }
        : { tone: 'held', icon: 'pause', says: 'paused' };
    default:
      if (isBroken) return { tone: 'bad', icon: 'alert', says: 'breached' };
      if (at_risk) return { tone: 'held', icon: 'flame', says: 'atRisk' };
      return { tone: 'going', icon: 'clock', says: pace?.counts === false ? 'rests' : 'left' };
  }
}

export function ClockLeft({ clock, name }: { clock: Standing; name?: string }) {
  const { t, i18n } = useTranslation();
  const { zone } = usePerson();
  const now = useSecond();
  const remaining = left(clock, now);
  const { tone, icon, says } = lookOf(clock, remaining);
  const time = remaining === null ? '' : amount(remaining, i18n.language);
  const opens = says === 'rests' && clock.pace ? short(clock.pace.until, i18n.language, zone, now) : '';
  return (
    <Badged tone={tone} icon={icon}>
      {[name, t(`clock.${says}`, { time, opens })].filter(Boolean).join(' · ')}
    </Badged>
  );
}
