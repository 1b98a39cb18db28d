/** The cases that stopped at an error, for those who look after them. */
import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDefinitionName } from '../api/process-definitions';
import { useProcessInstances, type ProcessInstance } from '../api/process-instances';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import classes from './case-table.module.css';
import { useNamesOf } from './use-steps';

export default function FailuresPage() {
  const { t } = useTranslation('cases');
  const definitionOf = useDefinitionName();
  const empty = (
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
    </>
  );
}

/** Where it failed, by the names of the diagrams these places are drawn in, and why. */
function Failed({ instance: { definition, version, failures } }: { instance: ProcessInstance }) {
  const drawnIn = failures.map(({ process }) => process ?? { key: definition, version });
  const names = useNamesOf(drawnIn);
  return failures.map(({ element, message }, index) => (
    <div key={`${element} ${message}`}>
      <Text fw={600} size="sm">
        {names[index]?.get(element) ?? element}
      </Text>
      <Text size="sm">{message}</Text>
    </div>
  ));
}
