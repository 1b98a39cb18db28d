/** The manager's board: what is about to be broken, what is broken, what stands still, and what nobody has. */
import { Anchor, Button, Group, Select, Table, Tabs, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useClocks, type Clock, type ClockFilter } from '../api/clocks';
import { useGroups, useGroupTitle, usePersonName } from '../api/people';
import { useProcessDefinitions } from '../api/process-definitions';
import { useDocuments, useDocumentName } from '../api/service-levels';
import { ClockLeft } from '../clocks/clock-left';
import { ofTarget } from '../clocks/remaining';
import { useClockName } from '../clocks/use-clock-name';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { Priority } from '../user-tasks/priority';
import classes from './board-page.module.css';
import { Rooms } from './rooms';

const VIEWS = ['next', 'breached', 'paused', 'unassigned'] as const;
type View = (typeof VIEWS)[number];

const SHOWS: Record<View, ClockFilter> = {
  next: { state: ['running'], breached: false },
  breached: { breached: true },
  paused: { paused: true },
  unassigned: { unassigned: true },
};
const FILTERS = ['team', 'service', 'process', 'priority'] as const;
type Narrowing = Partial<Record<(typeof FILTERS)[number], string>>;
const PRIORITIES = ['1', '2', '3', '4'];
/** As many as one answer may bring: what is counted by team and service is counted among these. */
const MOST = 200;

export default function BoardPage() {
  const { t } = useTranslation('serviceLevels');
  const [query, setQuery] = useSearchParams();
  const view = VIEWS.find((one) => one === query.get('view')) ?? 'next';
  const chosen: Narrowing = Object.fromEntries(
    FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])),
  );
  const choose = (next: View, narrowing: Narrowing) => {
    const given = Object.entries(narrowing).filter(([, value]) => value);
    setQuery([...(next === 'next' ? [] : [['view', next]]), ...given] as [string, string][], {
      replace: true,
    });
  };
  return (
    <>
      <PageTitle title={t('title')} />
      <Rooms />
      <Filters
        chosen={chosen}
        choose={(change) => {
          choose(view, { ...chosen, ...change });
        }}
      />
      <Tabs
        value={view}
        onChange={(next) => {
          choose(next as View, chosen);
        }}
      >
        <Tabs.List mb="md">
          {VIEWS.map((one) => (
            <Tabs.Tab key={one} value={one} rightSection={<Count view={one} narrowing={chosen} />}>
              {t(`view.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={view}>
          <Board
            view={view}
            narrowing={chosen}
            choose={(change) => {
              choose(view, { ...chosen, ...change });
            }}
          />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function filterOf(view: View, { priority, ...others }: Narrowing): ClockFilter {
  return {
    ...SHOWS[view],
    ...others,
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    limit: MOST,
  };
}

function Count({ view, narrowing }: { view: View; narrowing: Narrowing }) {
  const { data, hasNextPage } = useClocks(filterOf(view, narrowing));
  if (data === undefined) return null;
  return (
    <span className={classes.count}>
      {data.length}
      {hasNextPage && '+'}
    </span>
  );
}

interface BoardProps {
  view: View;
  narrowing: Narrowing;
  choose: (change: Narrowing) => void;
}

function Board({ view, narrowing, choose }: BoardProps) {
  const { t } = useTranslation('serviceLevels');
  const clocks = useClocks(filterOf(view, narrowing));
  const isNarrowed = Object.keys(narrowing).length > 0;
  return (
    <Listed
      query={clocks}
      empty={
        <Empty icon={isNarrowed ? 'search' : 'check'} title={t(isNarrowed ? 'noneFits' : `none.${view}`)}>
          {!isNarrowed && t(`noneHint.${view}`)}
        </Empty>
      }
    >
      {(items) => (
        <>
          <Shares clocks={items} more={clocks.hasNextPage} choose={choose} />
          <ClockTable clocks={items} label={t(`view.${view}`)} />
        </>
      )}
    </Listed>
  );
}

interface Share {
  name: string;
  clocks: number;
  breached: number;
}

/** Whose they are and what they are about, the most first; each leads to those alone. */
function Shares({ clocks, more, choose }: { clocks: Clock[]; more: boolean; choose: BoardProps['choose'] }) {
  const { t } = useTranslation('serviceLevels');
  const titleOf = useGroupTitle();
  const serviceOf = useDocumentName('services');
  const teams = shared(clocks, ({ instance }) => instance.groups);
  const services = shared(clocks, ({ instance }) => (instance.service === null ? [] : [instance.service]));
  return (
    <div className={classes.shares}>
      <ShareList
        title={t('byTeam')}
        shares={teams}
        nameOf={titleOf}
        onChoose={(team) => {
          choose({ team });
        }}
      />
      <ShareList
        title={t('byService')}
        shares={services}
        nameOf={serviceOf}
        onChoose={(service) => {
          choose({ service });
        }}
      />
      {more && (
        <Text size="sm" c="dimmed">
          {t('countedAmong', { count: clocks.length })}
        </Text>
      )}
    </div>
  );
}

function shared(clocks: readonly Clock[], of: (clock: Clock) => readonly string[]): Share[] {
  const found = new Map<string, Share>();
  for (const clock of clocks) {
    for (const name of of(clock)) {
      const share = found.get(name) ?? { name, clocks: 0, breached: 0 };
      found.set(name, {
        name,
        clocks: share.clocks + 1,
        breached: share.breached + Number(clock.breached),
      });
    }
  }
  return [...found.values()].sort((one, other) => other.clocks - one.clocks);
}

interface ShareListProps {
  title: string;
  shares: Share[];
  nameOf: (name: string) => string;
  onChoose: (name: string) => void;
}

function ShareList({ title, shares, nameOf, onChoose }: ShareListProps) {
  const { t } = useTranslation('serviceLevels');
  if (shares.length === 0) return null;
  return (
    <section>
      <Title order={2} className={classes.shareTitle}>
        {title}
      </Title>
      <Group gap={6}>
        {shares.map(({ name, clocks, breached }) => (
          <Button
            key={name}
            variant="default"
            size="compact-sm"
            rightSection={<b>{clocks}</b>}
            onClick={() => {
              onChoose(name);
            }}
          >
            {nameOf(name)}
            {breached > 0 && breached < clocks && ` · ${t('breachedOf', { count: breached })}`}
          </Button>
        ))}
      </Group>
    </section>
  );
}

function ClockTable({ clocks, label }: { clocks: readonly Clock[]; label: string }) {
  const { t, i18n } = useTranslation('serviceLevels');
  const nameOf = useClockName();
  const personOf = usePersonName();
  const titleOf = useGroupTitle();
  const serviceOf = useDocumentName('services');
  return (
    <Table aria-label={label} className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('left')}</Table.Th>
          <Table.Th>{t('case')}</Table.Th>
          <Table.Th visibleFrom="sm">{t('priority')}</Table.Th>
          <Table.Th visibleFrom="md">{t('with')}</Table.Th>
          <Table.Th visibleFrom="md">{t('service')}</Table.Th>
          <Table.Th visibleFrom="sm">{t('due')}</Table.Th>
          <Table.Th visibleFrom="lg">{t('target')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {clocks.map((clock) => {
          const { id, name, instance, due_at, target } = clock;
          const holders = [...instance.assignees.map(personOf), ...instance.groups.map(titleOf)];
          return (
            <Table.Tr key={id}>
              <Table.Td>
                <div className={classes.standing}>
                  <span>{nameOf(name)}</span>
                  <ClockLeft clock={clock} />
                </div>
              </Table.Td>
              <Table.Td className={classes.case}>
                <Anchor component={Link} to={`/cases/${instance.id}?view=clocks`} fw={600}>
                  {instance.title || instance.number}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {instance.number} · {instance.definition_name}
                  {instance.escalation_level > 0 && ` · ${t('level', { level: instance.escalation_level })}`}
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Priority priority={instance.priority} />
              </Table.Td>
              <Table.Td visibleFrom="md">{holders.join(', ') || t('nobody')}</Table.Td>
              <Table.Td visibleFrom="md">{instance.service !== null && serviceOf(instance.service)}</Table.Td>
              <Table.Td visibleFrom="sm">{due_at !== null && <Instant at={due_at} as="short" />}</Table.Td>
              <Table.Td visibleFrom="lg">{target !== null && ofTarget(target, i18n.language)}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function Filters({ chosen, choose }: { chosen: Narrowing; choose: (change: Narrowing) => void }) {
  const { t } = useTranslation('serviceLevels');
  const { data: groups = [] } = useGroups();
  const { data: services = [] } = useDocuments('services');
  const { data: processes = [] } = useProcessDefinitions();
  const offered = {
    team: groups.map(({ name, title }) => ({ value: name, label: title })),
    service: services.map(({ key, name }) => ({ value: key, label: name })),
    process: processes.map(({ key, name }) => ({ value: key, label: name || key })),
    priority: PRIORITIES.map((priority) => ({ value: priority, label: `P${priority}` })),
  };
  return (
    <Group gap="sm" mb="md" role="search" aria-label={t('filter')}>
      {FILTERS.map((name) => (
        <Select
          key={name}
          className={classes.filter}
          aria-label={t(name)}
          placeholder={t(name)}
          clearable
          clearButtonProps={{ 'aria-label': t('clear', { name: t(name) }) }}
          data={offered[name]}
          value={chosen[name] ?? null}
          onChange={(value) => {
            choose({ [name]: value ?? '' });
          }}
        />
      ))}
    </Group>
  );
}
