/** Cases in a table. */
import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ProcessInstance } from '../api/process-instances';
import { Instant } from '../ui/instant';
import { StateBadge } from '../ui/state-badge';

export function CaseTable({ cases, label }: { cases: readonly ProcessInstance[]; label: string }) {
  const { t } = useTranslation('cases');
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('number')}</Table.Th>
            <Table.Th>{t('what')}</Table.Th>
            <Table.Th>{t('state')}</Table.Th>
            <Table.Th>{t('since')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {cases.map((instance) => (
            <Table.Tr key={instance.id}>
              <Table.Td>{instance.number}</Table.Td>
              <Table.Td>{instance.title}</Table.Td>
              <Table.Td>
                <StateBadge state={instance.state} />
              </Table.Td>
              <Table.Td>
                <Instant at={instance.started_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
