/** The cases that stopped at an error, for those who look after them. */
import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDefinitionName } from '../api/process-definitions';
import { useProcessInstances } from '../api/process-instances';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import classes from './case-table.module.css';

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
              {cases.map(({ id, number, title, definition, version, failures }) => (
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
                    {failures.map(({ element, message }) => (
                      <div key={`${element} ${message}`}>
                        <Text fw={600} size="sm">
                          {element}
                        </Text>
                        <Text size="sm">{message}</Text>
                      </div>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Listed>
    </>
  );
}
