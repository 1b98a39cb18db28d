/** Cases in a table; on a small screen what matters most of each. */
import { Anchor, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePersonName } from '../api/people';
import { useDefinitionName } from '../api/process-definitions';
import type { ProcessInstance } from '../api/process-instances';
import { Instant } from '../ui/instant';
import { StateBadge } from '../ui/state-badge';
import classes from './case-table.module.css';

interface Props {
  cases: readonly ProcessInstance[];
  label: string;
  /** Leaves out who asked for them: all are the reader's own. */
  own?: boolean;
}

export function CaseTable({ cases, label, own = false }: Props) {
  const { t } = useTranslation('cases');
  const nameOf = usePersonName();
  const definitionOf = useDefinitionName();
  return (
    <Table aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th visibleFrom="sm">{t('number')}</Table.Th>
          <Table.Th>{t('what')}</Table.Th>
          <Table.Th visibleFrom="md">{t('process')}</Table.Th>
          <Table.Th>{t('state')}</Table.Th>
          <Table.Th visibleFrom="md">{t('priority')}</Table.Th>
          {!own && <Table.Th visibleFrom="md">{t('requester')}</Table.Th>}
          <Table.Th visibleFrom="sm">{t('since')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {cases.map((instance) => (
          <Table.Tr key={instance.id}>
            <Table.Td visibleFrom="sm" className={classes.number}>
              {instance.number}
            </Table.Td>
            <Table.Td className={classes.title}>
              <Anchor component={Link} to={`/cases/${instance.id}`} className={classes.link}>
                {instance.title || instance.number}
              </Anchor>
              <Text size="sm" c="dimmed" hiddenFrom="sm">
                {instance.number} · <Instant at={instance.started_at} />
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="md">{definitionOf(instance.definition)}</Table.Td>
            <Table.Td>
              <StateBadge state={instance.state} />
            </Table.Td>
            <Table.Td visibleFrom="md">{instance.priority}</Table.Td>
            {!own && (
              <Table.Td visibleFrom="md">
                {instance.requester !== null && nameOf(instance.requester)}
              </Table.Td>
            )}
            <Table.Td visibleFrom="sm" className={classes.number}>
              <Instant at={instance.started_at} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
