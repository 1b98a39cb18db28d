/** The library of processes. */
import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProcessDefinitions } from '../api/process-definitions';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';

export default function StudioPage() {
  const { t } = useTranslation('studio');
  return (
    <>
      <PageTitle title={t('title')} />
      <Listed query={useProcessDefinitions()} empty={<Empty icon="diagram" title={t('empty')} />}>
        {(definitions) => (
          <Table.ScrollContainer minWidth={480}>
            <Table aria-label={t('title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('name')}</Table.Th>
                  <Table.Th>{t('version')}</Table.Th>
                  <Table.Th>{t('deployed')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {definitions.map((definition) => (
                  <Table.Tr key={definition.key}>
                    <Table.Td>{definition.name}</Table.Td>
                    <Table.Td>{definition.version}</Table.Td>
                    <Table.Td>
                      <Instant at={definition.created_at} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Listed>
    </>
  );
}
