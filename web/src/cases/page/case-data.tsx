/** The variables of a case; those who may repair it change them here. */
import { ActionIcon, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useVariables, type ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { Icon } from '../../ui/icon';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import { readable } from '../readable';
import { useWords } from '../use-words';
import classes from './case-data.module.css';
import { OPERATORS } from './operators';
import { RepairDialog } from './repair-dialog';

export function CaseData({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const words = useWords();
  const { data, error, refetch } = useVariables(instance.id);
  const [repaired, setRepaired] = useState<{ name: string } | null>(null);
  const mayRepair = hasRole(me, ...OPERATORS) && instance.ended_at === null;
  if (error) return <ProblemAlert problem={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const names = Object.keys(data);
  return (
    <>
      {names.length === 0 ? (
        <Text c="dimmed">{t('data.none')}</Text>
      ) : (
        <Table aria-label={t('view.data')} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="35%">{t('data.name')}</Table.Th>
              <Table.Th>{t('data.value')}</Table.Th>
              {mayRepair && (
                <Table.Th w={56}>
                  <VisuallyHidden>{t('data.change')}</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {names.map((name) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" className={classes.name}>
                  {name}
                </Table.Th>
                <Table.Td className={classes.value}>{readable(data[name], words)}</Table.Td>
                {mayRepair && (
                  <Table.Td>
                    <ActionIcon
                      size="md"
                      aria-label={t('data.changeOne', { name })}
                      onClick={() => setRepaired({ name })}
                    >
                      <Icon name="edit" size={16} />
                    </ActionIcon>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {mayRepair && (
        <Button
          variant="default"
          mt="sm"
          leftSection={<Icon name="plus" size={16} />}
          onClick={() => setRepaired({ name: '' })}
        >
          {t('data.add')}
        </Button>
      )}
      {repaired && (
        <RepairDialog
          instance={instance}
          name={repaired.name}
          before={data[repaired.name]}
          onClose={() => setRepaired(null)}
        />
      )}
    </>
  );
}
