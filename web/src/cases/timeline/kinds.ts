/** How each kind of history entry looks. A kind that is not here is shown by its own name. */
import type { HistoryEntry } from '../../api/process-instances';
import type { IconName } from '../../ui/icon';

type Tone = 'person' | 'engine' | 'good' | 'bad' | 'quiet';

const LOOKS: Readonly<Record<string, readonly [Tone, IconName]>> = {
  started: ['person', 'play'],
  claimed: ['person', 'person'],
  assigned: ['person', 'person'],
  released: ['person', 'undo'],
  'task completed': ['person', 'check'],
  commented: ['person', 'comment'],
  message: ['person', 'mail'],
  signal: ['engine', 'mail'],
  sent: ['engine', 'mail'],
  'not delivered': ['bad', 'alert'],
  'delivery retried': ['person', 'refresh'],
  'timer fired': ['engine', 'clock'],
  'timer retried': ['person', 'refresh'],
  'variables changed': ['person', 'edit'],
  failed: ['bad', 'alert'],
  retried: ['person', 'refresh'],
  suspended: ['person', 'pause'],
  resumed: ['person', 'play'],
  migrated: ['person', 'diagram'],
  decided: ['engine', 'list'],
  escalated: ['engine', 'alert'],
  'job completed': ['engine', 'check'],
  'job failed': ['bad', 'alert'],
  'job retried': ['person', 'refresh'],
  'clock started': ['engine', 'clock'],
  'clock paused': ['engine', 'pause'],
  'clock resumed': ['engine', 'play'],
  'clock stopped': ['engine', 'check'],
  'clock cancelled': ['quiet', 'ban'],
  'clock re-aimed': ['engine', 'refresh'],
  'threshold fired': ['engine', 'flame'],
  'threshold failed': ['bad', 'alert'],
  'threshold retried': ['person', 'refresh'],
  'level raised': ['engine', 'up'],
  'group added': ['engine', 'team'],
  reassigned: ['engine', 'team'],
  completed: ['good', 'check'],
  cancelled: ['quiet', 'ban'],
  entered: ['quiet', 'right'],
  left: ['quiet', 'right'],
};

const STEPS = new Set([
  'entered',
  'left',
  // The view of clocks tells these; what a clock has reached is told here.
  'clock started',
  'clock paused',
  'clock resumed',
  'clock stopped',
  'clock cancelled',
]);

export function lookOf({ kind }: HistoryEntry): readonly [Tone, IconName] {
  return LOOKS[kind] ?? ['quiet', 'circle'];
}

/** Where a token went and what that did to clocks, which only those want to know who look for a mistake. */
export function isStep({ kind, element }: HistoryEntry): boolean {
  return STEPS.has(kind) || (kind === 'cancelled' && element !== null);
}
