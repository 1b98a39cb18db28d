/** The cases that stopped at an error, and what was sent and did not arrive, for those who look after them. */
import { Anchor, Group, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDeliveries, useRetryDelivery, type Delivery } from '../api/deliveries';
import { useDefinitionName } from '../api/process-definitions';
import { useProcessInstances, type ProcessInstance } from '../api/process-instances';
import { useSentence } from '../i18n/sentence';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import classes from './case-table.module.css';
import { SendAgain } from './page/undelivered';
import { useNamesOf } from './use-steps';

export default function FailuresPage() {
  const { t } = useTranslation('cases');
  const definitionOf = useDefinitionName();
  const dead = useDeliveries({ state: 'dead' });
  const empty = dead.data?.length === 0 && (
    <Empty icon="check" title={t('empty.failures')}>
      {t('empty.failuresHint')}
    </Empty>
  );
  return (
    <>
      <PageTitle title={t('failures.title')} />
      <Listed query={useProcessInstances({ state: ['failed'] })} empty={empty}>
        {(cases) => (
          <Table aria-label={t('failures.title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('what')}</Table.Th>
                <Table.Th visibleFrom="sm">{t('process')}</Table.Th>
                <Table.Th>{t('failure.message')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {cases.map((instance) => {
                const { id, number, title, definition, version } = instance;
                return (
                  <Table.Tr key={id}>
                    <Table.Td className={classes.title}>
                      <Anchor component={Link} to={`/cases/${id}`} className={classes.link}>
                        {title || number}
                      </Anchor>
                      <Text size="sm" c="dimmed">
                        {number}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="sm">
                      {definitionOf(definition)} · {version}
                    </Table.Td>
                    <Table.Td className={classes.title}>
                      <Failed instance={instance} />
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        )}
      </Listed>
      <DeadLetters query={dead} />
    </>
  );
}

/** What was sent and did not arrive; nothing while everything does. */
function DeadLetters({ query }: { query: ReturnType<typeof useDeliveries> }) {
  const { t } = useTranslation('cases');
  const sending = useRetryDelivery();
  if (query.data?.length === 0) return null;
  return (
    <>
      <Title order={2} mt="xl" mb="xs" id="undelivered">
        {t('undelivered.list')}
      </Title>
      <Listed query={query} empty={null}>
        {(dead) => (
          <Table aria-labelledby="undelivered">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w="40%">{t('undelivered.what')}</Table.Th>
                <Table.Th>{t('failure.message')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {dead.map((delivery) => (
                <DeadLetter key={delivery.id} delivery={delivery} sending={sending} />
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Listed>
    </>
  );
}

interface DeadLetterProps {
  delivery: Delivery;
  sending: ReturnType<typeof useRetryDelivery>;
}

function DeadLetter({ delivery, sending }: DeadLetterProps) {
  const { t } = useTranslation('cases');
  const { instance, name, correlation_key: key, cause } = delivery;
  const say = useSentence();
  return (
    <Table.Tr>
      <Table.Td className={classes.title}>
        <Anchor component={Link} to={`/cases/${instance}`} className={classes.link}>
          {name}
        </Anchor>
        {key !== null && (
          <Text size="sm" c="dimmed">
            {t('undelivered.for', { key })}
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.title}>
        <Group justify="space-between" gap="xs">
          <Text size="sm">{cause && say(cause)}</Text>
          <SendAgain delivery={delivery} sending={sending} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** Where it failed, by the names of the diagrams these places are drawn in, and why. */
function Failed({ instance: { definition, version, failures } }: { instance: ProcessInstance }) {
  const say = useSentence();
  const drawnIn = failures.map(({ process }) => process ?? { key: definition, version });
  const names = useNamesOf(drawnIn);
  return failures.map(({ element, message, cause }, index) => (
    <div key={`${element} ${message}`}>
      <Text fw={600} size="sm">
        {names[index]?.get(element) ?? element}
      </Text>
      <Text size="sm">{say(cause)}</Text>
    </div>
  ));
}
