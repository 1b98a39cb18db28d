/** My work: what is mine, what my teams could take, and for those who oversee, everything. */
import { Button, Group, Kbd, List, Modal, Switch, Tabs, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure, useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hasRole, usePerson } from '../api/session';
import { useUserTasks } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { filterOf, isNarrowed, TABS, useChosen, type Chosen, type Tab } from './filters';
import { TaskList } from './task-list';

export default function WorkPage() {
  const { t } = useTranslation('work');
  const [chosen, choose] = useChosen();
  const [helpShown, help] = useDisclosure(false);
  useHotkeys([['shift+?', help.open]], ['INPUT', 'TEXTAREA', 'SELECT']);
  const oversees = hasRole(usePerson(), 'service-manager', 'process-owner', 'auditor');
  return (
    <>
      <PageTitle
        title={t('title')}
        actions={
          <Button variant="subtle" size="compact-sm" visibleFrom="sm" onClick={help.open}>
            {t('keys.title')}
          </Button>
        }
      />
      <Tabs
        value={chosen.tab}
        onChange={(tab) => {
          choose({ tab: tab as Tab });
        }}
      >
        <Tabs.List mb="md">
          {TABS.filter((tab) => tab !== 'all' || oversees).map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`tab.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={chosen.tab}>
          <Filters chosen={chosen} choose={choose} />
          <Tasks chosen={chosen} />
        </Tabs.Panel>
      </Tabs>
      <Modal opened={helpShown} onClose={help.close} title={t('keys.title')}>
        <List listStyleType="none" spacing="xs">
          {(['move', 'open', 'claim'] as const).map((what) => (
            <List.Item key={what}>
              <Kbd>{t(`keys.${what}Keys`)}</Kbd> {t(`keys.${what}`)}
            </List.Item>
          ))}
        </List>
      </Modal>
    </>
  );
}

interface FilterProps {
  chosen: Chosen;
  choose: (change: Partial<Chosen>) => void;
}

function Filters({ chosen, choose }: FilterProps) {
  const { t } = useTranslation('work');
  const [text, setText] = useState(chosen.text);
  const search = useDebouncedCallback((wanted: string) => {
    choose({ text: wanted });
  }, 250);
  return (
    <Group gap="md" mb="md" role="search" aria-label={t('filter')}>
      <TextInput
        aria-label={t('search')}
        placeholder={t('search')}
        leftSection={<Icon name="search" size={16} />}
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          search(event.target.value);
        }}
      />
      <Switch
        label={t('onlyOverdue')}
        checked={chosen.overdue}
        onChange={(event) => {
          choose({ overdue: event.target.checked });
        }}
      />
      <Switch
        label={t('oldestFirst')}
        checked={chosen.oldest}
        onChange={(event) => {
          choose({ oldest: event.target.checked });
        }}
      />
    </Group>
  );
}

function Tasks({ chosen }: { chosen: Chosen }) {
  const { t } = useTranslation('work');
  const tasks = useUserTasks(filterOf(chosen));
  const empty = isNarrowed(chosen) ? (
    <Empty icon="search" title={t('noneFound')} />
  ) : (
    <Empty icon="inbox" title={t(`empty.${chosen.tab}`)}>
      {t(`emptyHint.${chosen.tab}`)}
    </Empty>
  );
  return (
    <Listed query={tasks} empty={empty}>
      {(items) => <TaskList tasks={items} label={t(`tab.${chosen.tab}`)} />}
    </Listed>
  );
}
