/** "A P2 opened on Friday at 17:50 is due ...": what the policies would mean for a case, this one as it is edited. */
import { NativeSelect, Paper, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitionName } from '../../api/process-definitions';
import {
  useDocumentName,
  useForecast,
  type Document,
  type Forecast,
  type Question,
} from '../../api/service-levels';
import { usePerson } from '../../api/session';
import { ofTarget } from '../../clocks/remaining';
import { useClockName } from '../../clocks/use-clock-name';
import { useThresholdName } from '../../clocks/use-threshold-name';
import { instantOf } from '../../forms/wall-clock';
import { exact } from '../../time';
import { Instant } from '../../ui/instant';
import { ProblemAlert } from '../../ui/problem-alert';
import classes from '../fields.module.css';
import { OrganisationField, ServicePick } from '../picks';
import type { Target } from './target';
import styles from './policy.module.css';

interface Props {
  id: string;
  document: Document;
  targets: readonly Target[];
}

export function Sentence({ id, document, targets }: Props) {
  const { t } = useTranslation('serviceLevels');
  const { zone } = usePerson();
  const first = targets.find(({ clock }) => clock === 'resolution') ?? targets[0];
  const [asked, setAsked] = useState({
    process: first?.process ?? '',
    clock: first?.clock ?? 'resolution',
    priority: '2',
    service: '',
    organisation: '',
    // A Friday evening: when office hours and the clock's calendar begin to differ.
    opened: `${nextFriday()}T17:50`,
  });
  const nameOf = useDefinitionName();
  const clockOf = useClockName();
  const put = (entries: Partial<typeof asked>) => setAsked({ ...asked, ...entries });
  const opened = instantOf(asked.opened, zone);
  const [question] = useDebouncedValue(
    opened === undefined || asked.process === ''
      ? null
      : {
          process: asked.process,
          clock: asked.clock,
          priority: asked.priority === '' ? null : Number(asked.priority),
          service: asked.service || null,
          organisation: asked.organisation || null,
          requester: null,
          team: null,
          opened_at: opened,
          policy: document,
          policy_key: id,
        },
    400,
  );
  const { data, error } = useForecast(question);
  const among = (read: (target: Target) => string | null | undefined) => [
    ...new Set(targets.map(read).filter((name): name is string => Boolean(name))),
  ];
  const options = (names: string[], chosen: string, label: (name: string) => string) =>
    [...new Set([...names, chosen])].filter(Boolean).map((value) => ({ value, label: label(value) }));
  return (
    <Paper component="section" p="md" className={styles.sentence} aria-label={t('wouldMean')}>
      <div className={classes.pair}>
        <NativeSelect
          label={t('process')}
          data={options(
            among(({ process }) => process),
            asked.process,
            nameOf,
          )}
          value={asked.process}
          onChange={(event) => put({ process: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('clock')}
          data={options(
            among(({ clock }) => clock),
            asked.clock,
            clockOf,
          )}
          value={asked.clock}
          onChange={(event) => put({ clock: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('priority')}
          data={[
            { value: '', label: t('noPriority') },
            ...['1', '2', '3', '4'].map((one) => ({ value: one, label: `P${one}` })),
          ]}
          value={asked.priority}
          onChange={(event) => put({ priority: event.currentTarget.value })}
        />
        <ServicePick
          label={t('service')}
          value={asked.service}
          onChange={(service) => put({ service: service ?? '' })}
        />
        <OrganisationField
          label={t('organisation')}
          value={asked.organisation}
          onChange={(organisation) => put({ organisation: organisation ?? '' })}
        />
        <TextInput
          type="datetime-local"
          label={t('opened')}
          value={asked.opened}
          onChange={(event) => put({ opened: event.currentTarget.value })}
        />
      </div>
      <div aria-live="polite">
        {error && <ProblemAlert problem={error} />}
        {!error && data && question && <Told forecast={data} question={question} />}
      </div>
    </Paper>
  );
}

function Told({ forecast, question }: { forecast: Forecast; question: Question }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const { zone } = usePerson();
  const nameOf = useDefinitionName();
  const clockOf = useClockName();
  const calendarOf = useDocumentName('calendars');
  const policyOf = useDocumentName('sla-policies');
  const agreementOf = useDocumentName('agreements');
  const thresholdOf = useThresholdName();
  const { due_at, target, calendar, policy, agreement, thresholds } = forecast;
  const about = {
    process: [question.priority === null ? '' : `P${question.priority}`, nameOf(question.process)]
      .filter(Boolean)
      .join(' '),
    opened: exact(question.opened_at, i18n.language, zone),
    clock: clockOf(question.clock),
  };
  if (policy === null || calendar === null || target === null)
    return <Text fw={600}>{t('tells.nothing', about)}</Text>;
  return (
    <>
      <Text size="lg" fw={600}>
        {due_at === null
          ? t('tells.never', about)
          : t('tells.due', { ...about, due: exact(due_at, i18n.language, zone) })}
      </Text>
      <Text c="dimmed">
        {t('tells.because', {
          target: ofTarget(target, i18n.language),
          calendar: calendarOf(calendar.key),
          policy: policyOf(policy.key),
        })}
        {agreement !== null && ` · ${agreementOf(agreement)}`}
      </Text>
      {thresholds.length > 0 && (
        <ul className={styles.reached}>
          {thresholds.map(({ name, at }) => (
            <li key={name}>
              {thresholdOf(name)}: {at === null ? t('noDue') : <Instant at={at} as="short" />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function nextFriday(): string {
  const date = new Date();
  date.setDate(date.getDate() + ((12 - date.getDay()) % 7 || 7));
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}
