/** What an entry has to tell beyond its sentence: reasons, words, and on demand what was sent. */
import { Collapse, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useStartForm } from '../../api/process-definitions';
import type { HistoryEntry } from '../../api/process-instances';
import { useUserTask } from '../../api/user-tasks';
import type { FormDocument } from '../../forms/schema';
import { isSaid, useSentence } from '../../i18n/sentence';
import { Loading } from '../../ui/loading';
import { Icon } from '../../ui/icon';
import { Lines } from '../lines';
import { lines, readable } from '../readable';
import { useWords } from '../use-words';
import classes from './timeline.module.css';

type Values = Record<string, unknown>;

/** The entries of messages and signals that carry something. */
const CARRYING = new Set(['message', 'signal', 'sent']);
/** Those whose `message` is the name of one. */
const NAMING = new Set([...CARRYING, 'started', 'not delivered', 'delivery retried']);

interface Props {
  entry: HistoryEntry;
  definition: string;
}

export function Details({ entry, definition }: Props) {
  const detail = entry.detail ?? {};
  const say = useSentence();
  // A comment's words stand among the comments; the name of a message or signal stands in its sentence.
  const why = isSaid(detail.cause) ? say(detail.cause) : detail.message;
  const said = NAMING.has(entry.kind) ? undefined : (detail.reason ?? why);
  return (
    <>
      {typeof said === 'string' && <blockquote className={classes.quote}>{said}</blockquote>}
      {entry.kind === 'variables changed' && (
        <Changes before={valuesIn(detail.before)} after={valuesIn(detail.after)} />
      )}
      {entry.kind === 'started' && <Folded values={valuesIn(detail.variables)} of={{ definition }} />}
      {entry.kind === 'task completed' && (
        <Folded values={valuesIn(detail.data)} of={{ task: String(detail.task) }} />
      )}
      {CARRYING.has(entry.kind) && <Folded values={valuesIn(detail.payload)} of={null} />}
      {entry.kind === 'job completed' && <Folded values={valuesIn(detail.variables)} of={null} />}
    </>
  );
}

function valuesIn(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/** A repair: what each variable was, and what it is since. */
function Changes({ before, after }: { before: Values; after: Values }) {
  const { t } = useTranslation('cases');
  const words = useWords();
  return (
    <ul className={classes.changes}>
      {Object.entries(after).map(([name, value]) => (
        <li key={name}>
          <span className={classes.name}>{name}</span>{' '}
          <del aria-label={t('timeline.before')}>{readable(before[name], words)}</del>{' '}
          <span aria-hidden>→</span> <ins aria-label={t('timeline.after')}>{readable(value, words)}</ins>
        </li>
      ))}
    </ul>
  );
}

/** Where the labels come from: the form of a task, or the one that cases of a process are started with. */
type Source = { task: string } | { definition: string } | null;

function Folded({ values, of }: { values: Values; of: Source }) {
  const { t } = useTranslation('cases');
  const [opened, fold] = useDisclosure(false);
  if (Object.keys(values).length === 0) return null;
  return (
    <>
      <UnstyledButton className={classes.fold} aria-expanded={opened} onClick={fold.toggle}>
        <Icon name={opened ? 'down' : 'right'} size={13} />
        {t('timeline.sent')}
      </UnstyledButton>
      <Collapse expanded={opened} className={classes.sent}>
        {opened && of === null && <Sent values={values} form={null} />}
        {opened && of !== null && 'task' in of && <OfTask values={values} task={of.task} />}
        {opened && of !== null && 'definition' in of && (
          <OfStart values={values} definition={of.definition} />
        )}
      </Collapse>
    </>
  );
}

function OfTask({ values, task }: { values: Values; task: string }) {
  const { data, isPending } = useUserTask(task);
  return isPending ? <Loading count={2} /> : <Sent values={values} form={data?.form ?? null} />;
}

function OfStart({ values, definition }: { values: Values; definition: string }) {
  const { data, isPending } = useStartForm(definition);
  return isPending ? <Loading count={2} /> : <Sent values={values} form={data ?? null} />;
}

function Sent({ values, form }: { values: Values; form: unknown }) {
  const words = useWords();
  return <Lines lines={lines(values, form as FormDocument | null, words)} />;
}
