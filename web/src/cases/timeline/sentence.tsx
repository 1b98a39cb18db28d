/** One history entry as a sentence: "Sam claimed Triage". */
import { Trans, useTranslation } from 'react-i18next';
import { useGroupTitle, usePersonName } from '../../api/people';
import type { HistoryEntry } from '../../api/process-instances';
import { useClockName } from '../../clocks/use-clock-name';
import { useThresholdName } from '../../clocks/use-threshold-name';
import { isSaid, useSentence } from '../../i18n/sentence';

const KINDS = {
  started: 'started',
  claimed: 'claimed',
  assigned: 'assigned',
  released: 'released',
  'task completed': 'taskCompleted',
  commented: 'commented',
  message: 'message',
  signal: 'signal',
  sent: 'messageSent',
  'not delivered': 'notDelivered',
  'delivery retried': 'deliveryRetried',
  'timer fired': 'timerFired',
  'timer retried': 'timerRetried',
  'variables changed': 'variablesChanged',
  failed: 'failed',
  retried: 'retried',
  suspended: 'suspended',
  resumed: 'resumed',
  migrated: 'migrated',
  decided: 'decided',
  escalated: 'escalated',
  'job completed': 'jobCompleted',
  'job failed': 'jobFailed',
  'job retried': 'jobRetried',
  'clock started': 'clockStarted',
  'clock paused': 'clockPaused',
  'clock resumed': 'clockResumed',
  'clock stopped': 'clockStopped',
  'clock cancelled': 'clockCancelled',
  'clock re-aimed': 'clockReAimed',
  'threshold fired': 'thresholdFired',
  'threshold failed': 'thresholdFailed',
  'threshold retried': 'thresholdRetried',
  'level raised': 'levelRaised',
  'group added': 'groupAdded',
  reassigned: 'reassigned',
  completed: 'completed',
  cancelled: 'cancelled',
  entered: 'entered',
  left: 'left',
} as const;

const PARTS = { b: <strong /> };

export function Sentence({ entry }: { entry: HistoryEntry }) {
  const { t } = useTranslation('cases');
  const nameOf = usePersonName();
  const titleOf = useGroupTitle();
  const clockOf = useClockName();
  const thresholdOf = useThresholdName();
  const say = useSentence();
  const known = (KINDS as Partial<Record<string, Known>>)[entry.kind];
  const detail = entry.detail ?? {};
  const word = (name: string) => {
    const value = detail[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const values = {
    actor: entry.actor_name ?? entry.actor ?? t('timeline.somebody'),
    element: entry.element_name ?? entry.element ?? '',
    to: nameOf(word('to')),
    from: word('from'),
    version: word('to'),
    decision: word('decision'),
    message: word('message'),
    error: isSaid(detail.cause) ? say(detail.cause) : word('error'),
    clock: clockOf(word('clock')),
    threshold: word('threshold') && thresholdOf(word('threshold')),
    level: word('to'),
    group: titleOf(newest(detail.to)),
  };
  if (known === undefined) return `${entry.kind} ${values.element}`;
  const kind = said(known, entry, word);
  return (
    <Trans
      t={t}
      i18nKey={`timeline.${kind}`}
      values={values}
      components={PARTS}
      tOptions={{ interpolation: { escapeValue: true } }}
    />
  );
}

type Known = (typeof KINDS)[keyof typeof KINDS];

/** What one kind of entry says differs by who is behind it. */
function said(known: Known, entry: HistoryEntry, word: (name: string) => string) {
  if (known === 'started' && entry.actor !== null && word('message')) return 'startedByMessage';
  if (known === 'started' && entry.actor === null) return word('from') ? 'startedFrom' : 'startedByItself';
  if (known === 'cancelled' && entry.element !== null) return 'withdrawn';
  if (known === 'message' && entry.actor === null) return word('from') ? 'messageFrom' : 'messageArrived';
  if (known === 'signal' && word('from')) return 'signalFrom';
  if (known === 'messageSent' && word('sent') === 'signal') return 'signalSent';
  return known;
}

/** The group that was added to those a task is offered to, or that alone has it now. */
function newest(groups: unknown): string {
  const last: unknown = Array.isArray(groups) ? groups.at(-1) : '';
  return typeof last === 'string' ? last : '';
}
