/** The head of a case: what everybody wants to know of it first. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePersonName } from '../api/people';
import type { ProcessInstance } from '../api/process-instances';
import { Instant } from '../ui/instant';
import classes from './case-head.module.css';
import { WithWhom } from './with-whom';

/** Number, title and state stand in the page's title; this is the rest. */
export function CaseHead({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const nameOf = usePersonName();
  const { priority, service, requester, started_at, ended_at } = instance;
  return (
    <dl className={classes.head}>
      {ended_at === null && (
        <Fact label={t('with')}>
          <WithWhom instance={instance.id} />
        </Fact>
      )}
      {requester !== null && <Fact label={t('requester')}>{nameOf(requester)}</Fact>}
      {priority !== null && <Fact label={t('priority')}>{priority}</Fact>}
      {service !== null && <Fact label={t('service')}>{service}</Fact>}
      <Fact label={t('started')}>
        <Instant at={started_at} />
      </Fact>
      {ended_at !== null && (
        <Fact label={t('ended')}>
          <Instant at={ended_at} />
        </Fact>
      )}
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
