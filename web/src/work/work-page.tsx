/** My work: the open tasks that are mine. */
import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useUserTasks } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Instant } from '../ui/instant';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';

export default function WorkPage() {
  const { t } = useTranslation('work');
  const tasks = useUserTasks({ assignee: 'me' });
  return (
    <>
      <PageTitle title={t('title')} />
      <Listed query={tasks} empty={<Empty icon="inbox" title={t('empty')} />}>
        {(items) => (
          <Table.ScrollContainer minWidth={480}>
            <Table aria-label={t('title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('case')}</Table.Th>
                  <Table.Th>{t('task')}</Table.Th>
                  <Table.Th>{t('since')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((task) => (
                  <Table.Tr key={task.id}>
                    <Table.Td>
                      {task.case.number} {task.case.title}
                    </Table.Td>
                    <Table.Td>{task.name}</Table.Td>
                    <Table.Td>
                      <Instant at={task.created_at} />
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
