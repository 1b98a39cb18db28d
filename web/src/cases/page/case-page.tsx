/** One case: how it stands, who has it, what happened, where it is, and what can be done about it. */
import { Anchor, Group, Tabs, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { useProcessDefinition } from '../../api/process-definitions';
import { useProcessInstance, type ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { Empty } from '../../ui/empty';
import { Loading } from '../../ui/loading';
import { PageTitle } from '../../ui/page-title';
import { ProblemAlert } from '../../ui/problem-alert';
import { StateBadge } from '../../ui/state-badge';
import { CaseHead } from '../case-head';
import { Comments } from '../comments/comments';
import { CaseDiagram } from '../diagram/case-diagram';
import { Timeline } from '../timeline/timeline';
import { CaseActions } from './case-actions';
import { CaseClocks, ClocksAtAGlance } from './case-clocks';
import classes from './case-page.module.css';
import { CaseData } from './case-data';
import { Failures } from './failures';
import { Now } from './now';
import { Undelivered } from './undelivered';

export default function CasePage() {
  const { t } = useTranslation('cases');
  const { id = '' } = useParams();
  const { data: instance, error, refetch } = useProcessInstance(id);
  return (
    <>
      <PageTitle
        title={error?.status === 404 ? t('gone') : instance && (instance.title || instance.number)}
        above={instance && <Above instance={instance} />}
        actions={instance && <CaseActions instance={instance} />}
      />
      {error?.status === 404 ? (
        <Empty icon="search" title={t('goneHint')} />
      ) : (
        error && <ProblemAlert problem={error} retry={() => void refetch()} />
      )}
      {instance === undefined ? !error && <Loading kind="form" /> : <Case key={id} instance={instance} />}
    </>
  );
}

function Above({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const { data } = useProcessDefinition(instance.definition);
  return (
    <Group gap="xs">
      <span>{t('version', { name: data?.name ?? instance.definition, version: instance.version })}</span>
      <Anchor component={Link} to={`/cases/${instance.id}`} inherit>
        {instance.number}
      </Anchor>
      <StateBadge state={instance.state} />
    </Group>
  );
}

const VIEWS = ['timeline', 'clocks', 'diagram', 'data'] as const;
type View = (typeof VIEWS)[number];

function Case({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const [query, setQuery] = useSearchParams();
  const [shown, setShown] = useState<string>();
  // What is inside a case is for those who work on it; its requester reads what happened.
  const seesData = hasRole(me, 'agent', 'service-manager', 'process-owner', 'auditor');
  const views = VIEWS.filter((view) => view !== 'data' || seesData);
  const view = views.find((one) => one === query.get('view')) ?? 'timeline';
  const choose = (next: View) => {
    setQuery(next === 'timeline' ? {} : { view: next }, { replace: true });
  };
  const show = (element: string) => {
    setShown(element);
    choose('diagram');
  };
  return (
    <>
      <CaseHead instance={instance} />
      {instance.failures.length > 0 && (
        <Failures instance={instance} show={show} repair={() => choose('data')} />
      )}
      <Undelivered instance={instance} show={show} />
      <div className={classes.columns}>
        <Tabs
          className={classes.main}
          value={view}
          onChange={(next) => {
            setShown(undefined);
            choose(next as View);
          }}
        >
          <Tabs.List>
            {views.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`view.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="timeline" pt="md">
            <Timeline instance={instance.id} definition={instance.definition} />
          </Tabs.Panel>
          <Tabs.Panel value="clocks" pt="md">
            <CaseClocks instance={instance.id} />
          </Tabs.Panel>
          <Tabs.Panel value="diagram" pt="md">
            <CaseDiagram key={shown} instance={instance.id} element={shown} />
          </Tabs.Panel>
          <Tabs.Panel value="data" pt="md">
            <CaseData instance={instance} />
          </Tabs.Panel>
        </Tabs>
        <aside className={classes.side}>
          <ClocksAtAGlance instance={instance.id} />
          {instance.ended_at === null && <Now instance={instance} />}
          <section aria-labelledby="comments">
            <Title order={2} id="comments" mb="xs">
              {t('comments.title')}
            </Title>
            <Comments instance={instance.id} />
          </section>
        </aside>
      </div>
    </>
  );
}
