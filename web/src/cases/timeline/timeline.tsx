/** What happened in a case, in plain words: the newest first, day by day. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHistory, type HistoryEntry } from '../../api/process-instances';
import { usePerson } from '../../api/session';
import { day, timeOfDay } from '../../time';
import { Listed } from '../../ui/listed';
import { Icon } from '../../ui/icon';
import { Details } from './details';
import { isStep, lookOf } from './kinds';
import { Sentence } from './sentence';
import classes from './timeline.module.css';

interface Props {
  /** The id of the case. */
  instance: string;
  /** The key of its process: the form it was started with has the labels of what was sent then. */
  definition: string;
}

/** For the page of a case and beside its tasks. Looks again by itself while it is open. */
export function Timeline({ instance, definition }: Props) {
  const { t } = useTranslation('cases');
  const [steps, setSteps] = useState(false);
  return (
    <div className={classes.timeline}>
      <Switch
        label={t('timeline.steps')}
        checked={steps}
        onChange={(event) => setSteps(event.currentTarget.checked)}
      />
      <Listed query={useHistory(instance)} empty={null}>
        {(entries) => (
          <Days
            entries={steps ? entries : entries.filter((entry) => !isStep(entry))}
            definition={definition}
          />
        )}
      </Listed>
    </div>
  );
}

function Days({ entries, definition }: { entries: readonly HistoryEntry[]; definition: string }) {
  const { i18n } = useTranslation();
  const { zone } = usePerson();
  const days = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const title = day(entry.at, i18n.language, zone);
    days.set(title, [...(days.get(title) ?? []), entry]);
  }
  return [...days].map(([title, ofDay]) => (
    <section key={title} aria-label={title}>
      <p className={classes.day} aria-hidden>
        {title}
      </p>
      <ol className={classes.entries}>
        {ofDay.map((entry) => (
          <Entry key={entry.seq} entry={entry} definition={definition} />
        ))}
      </ol>
    </section>
  ));
}

function Entry({ entry, definition }: { entry: HistoryEntry; definition: string }) {
  const { i18n } = useTranslation();
  const { zone } = usePerson();
  const [tone, icon] = lookOf(entry);
  return (
    <li className={classes.entry} data-tone={tone}>
      <span className={classes.icon}>
        <Icon name={icon} size={14} />
      </span>
      <div className={classes.what}>
        <p className={classes.sentence}>
          <Sentence entry={entry} />
        </p>
        <Details entry={entry} definition={definition} />
      </div>
      <time dateTime={entry.at} className={classes.time}>
        {timeOfDay(entry.at, i18n.language, zone)}
      </time>
    </li>
  );
}
