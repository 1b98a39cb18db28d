/** The clocks of a case: how they stand, what happened to them, what is still to come, and who had it when. */
import { Button, Paper, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useClock, useClocks, useRetryClock, type Clock, type OpenedClock } from '../../api/clocks';
import { useGroupTitle, usePersonName } from '../../api/people';
import { hasRole, usePerson } from '../../api/session';
import { useDocumentName } from '../../api/service-levels';
import { ClockLeft } from '../../clocks/clock-left';
import { amount, ofTarget } from '../../clocks/remaining';
import { useClockName } from '../../clocks/use-clock-name';
import { useThresholdName } from '../../clocks/use-threshold-name';
import { useSentence } from '../../i18n/sentence';
import { Empty } from '../../ui/empty';
import { Instant } from '../../ui/instant';
import { Listed } from '../../ui/listed';
import { ProblemAlert } from '../../ui/problem-alert';
import { Loading } from '../../ui/loading';
import { Badged } from '../../ui/state-badge';
import { useElementNames } from '../use-steps';
import { OPERATORS } from './operators';
import classes from './case-clocks.module.css';

const MINUTE = 60_000;

export function CaseClocks({ instance }: { instance: string }) {
  const { t } = useTranslation('cases');
  return (
    <Listed
      query={useClocks({ instance })}
      expected={2}
      empty={
        <Empty icon="clock" title={t('clocks.none')}>
          {t('clocks.noneHint')}
        </Empty>
      }
    >
      {(clocks) => (
        <div className={classes.clocks}>
          {clocks.map((clock) => (
            <OneClock key={clock.id} clock={clock} />
          ))}
        </div>
      )}
    </Listed>
  );
}

/** The clocks at a glance, for the side of a case. */
export function ClocksAtAGlance({ instance }: { instance: string }) {
  const { t } = useTranslation('cases');
  const nameOf = useClockName();
  const { data = [] } = useClocks({ instance });
  if (data.length === 0) return null;
  return (
    <section aria-labelledby="clocks">
      <Title order={2} id="clocks" mb="xs">
        {t('clocks.title')}
      </Title>
      <ul className={classes.glance}>
        {data.map((clock) => (
          <li key={clock.id}>
            <span>{nameOf(clock.name)}</span>
            <ClockLeft clock={clock} />
            {clock.due_at !== null && clock.state === 'running' && (
              <Text component="span" size="sm" c="dimmed">
                {t('clocks.dueAt')} <Instant at={clock.due_at} as="short" />
              </Text>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneClock({ clock }: { clock: Clock }) {
  const nameOf = useClockName();
  const { data, error, refetch } = useClock(clock.id);
  const heading = `clock-${clock.id}`;
  return (
    <Paper component="section" p="md" aria-labelledby={heading} className={classes.clock}>
      <div className={classes.head}>
        <Title order={2} id={heading}>
          {nameOf(clock.name)}
        </Title>
        <ClockLeft clock={clock} />
      </div>
      <Facts clock={clock} />
      {error && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading count={3} />}
      {data && (
        <>
          <Thresholds clock={data} />
          <Teams clock={data} />
          <Events clock={data} />
        </>
      )}
    </Paper>
  );
}

function Facts({ clock }: { clock: Clock }) {
  const { t, i18n } = useTranslation('cases');
  const { state, due_at, target, percent, policy, calendar, agreement } = clock;
  const policyOf = useDocumentName('sla-policies');
  const calendarOf = useDocumentName('calendars');
  const agreementOf = useDocumentName('agreements');
  if (state === 'unmeasured') return <Text>{t('clocks.unmeasured')}</Text>;
  return (
    <dl className={classes.facts}>
      <Fact label={t('clocks.due')}>
        {due_at === null ? (
          t(state === 'paused' ? 'clocks.noDuePaused' : 'clocks.never')
        ) : (
          <Instant at={due_at} as="exact" />
        )}
      </Fact>
      {target !== null && (
        <Fact label={t('clocks.target')}>
          {ofTarget(target, i18n.language)}
          {percent !== null && ` · ${t('clocks.used', { percent: Math.round(percent) })}`}
        </Fact>
      )}
      {policy && (
        <Fact label={t('clocks.policy')}>
          {t('version', { name: policyOf(policy.key), version: policy.version })}
        </Fact>
      )}
      {calendar && (
        <Fact label={t('clocks.calendar')}>
          {t('version', { name: calendarOf(calendar.key), version: calendar.version })}
        </Fact>
      )}
      {agreement !== null && <Fact label={t('clocks.agreement')}>{agreementOf(agreement)}</Fact>}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Thresholds({ clock }: { clock: OpenedClock }) {
  const { t, i18n } = useTranslation('cases');
  const nameOf = useThresholdName();
  const operates = hasRole(usePerson(), ...OPERATORS);
  const retry = useRetryClock();
  const say = useSentence();
  if (clock.thresholds.length === 0) return null;
  return (
    <>
      <Table className={classes.table} aria-label={t('clocks.thresholds')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('clocks.threshold')}</Table.Th>
            <Table.Th>{t('clocks.due')}</Table.Th>
            <Table.Th>{t('clocks.fired')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {clock.thresholds.map(({ name, due_at, fired_at, lateness_seconds, cause, dead }) => (
            <Table.Tr key={name}>
              <Table.Td>{nameOf(name)}</Table.Td>
              <Table.Td>{due_at === null ? '—' : <Instant at={due_at} as="short" />}</Table.Td>
              <Table.Td>
                {fired_at !== null && <Instant at={fired_at} as="short" />}
                {lateness_seconds !== null && lateness_seconds >= 1 && (
                  <Text component="span" size="sm" c="dimmed">
                    {' '}
                    {t('clocks.late', { time: amount(lateness_seconds * 1000, i18n.language) })}
                  </Text>
                )}
                {cause !== null && (
                  <Badged tone="bad" icon="alert">
                    {say(cause)}
                  </Badged>
                )}
                {dead && operates && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={retry.isPending}
                    onClick={() => {
                      retry.mutate(clock.id);
                    }}
                  >
                    {t('clocks.retry')}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {retry.error && <ProblemAlert problem={retry.error} />}
    </>
  );
}

function Teams({ clock }: { clock: OpenedClock }) {
  const { t, i18n } = useTranslation('cases');
  const titleOf = useGroupTitle();
  const teamOf = (group: string | null) => (group === null ? t('clocks.noTeam') : titleOf(group));
  const total = clock.teams.map(({ group, minutes }) => ({ name: teamOf(group), minutes }));
  if (clock.paused_minutes > 0) total.push({ name: t('clocks.pausedTime'), minutes: clock.paused_minutes });
  if (clock.spans.length === 0) return null;
  return (
    <>
      <Title order={3} className={classes.part}>
        {t('clocks.whoHadIt')}
      </Title>
      <Text size="sm">
        {total.map(({ name, minutes }) => `${name} ${amount(minutes * MINUTE, i18n.language)}`).join(' · ')}
      </Text>
      <ol className={classes.events}>
        {clock.spans.map(({ group, paused, since, until, minutes }) => (
          <li key={`${since} ${group}`}>
            <span className={classes.when}>
              <Instant at={since} as="short" /> – <Instant at={until} as="short" />
            </span>
            <span>
              {teamOf(group)}
              {paused && ` (${t('clocks.pausedTime')})`}
            </span>
            <span className={classes.amount}>{amount(minutes * MINUTE, i18n.language)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

const EVENTS = [
  'started',
  'paused',
  'resumed',
  'stopped',
  'cancelled',
  're-aimed',
  'threshold fired',
  'threshold failed',
  'threshold retried',
] as const;

function Events({ clock }: { clock: OpenedClock }) {
  const { t } = useTranslation('cases');
  const nameOf = usePersonName();
  const thresholdOf = useThresholdName();
  const elements = useElementNames(clock.instance.id);
  const said = (value: unknown) => (typeof value === 'string' ? value : '');
  const kindOf = (kind: string) => {
    const known = EVENTS.find((one) => one === kind);
    return known === undefined ? kind : t(`clocks.event.${known}`);
  };
  return (
    <>
      <Title order={3} className={classes.part}>
        {t('clocks.events')}
      </Title>
      <ol className={classes.events}>
        {clock.events.map(({ at, kind, by, detail }, index) => (
          <li key={index}>
            <span className={classes.when}>
              <Instant at={at} as="short" />
            </span>
            <span>
              {kindOf(kind)}
              {said(detail.threshold) && `: ${thresholdOf(said(detail.threshold))}`}
              {said(detail.element) && ` · ${elements.get(said(detail.element)) ?? said(detail.element)}`}
            </span>
            <span className={classes.amount}>{by === null ? '' : nameOf(by)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}
