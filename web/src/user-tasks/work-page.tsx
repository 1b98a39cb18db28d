/** My work: what is mine, what my teams could take, and for those who oversee, everything. */
import { Button, Kbd, Modal, Tabs, Text } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { hasRole, usePerson } from '../api/session';
import { useUserTasks, useUserTasksCount } from '../api/user-tasks';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { FilterBar } from './filter-bar';
import { CLEARED, filterOf, narrowing, TABS, useChosen, type Chosen, type Tab } from './filters';
import { TaskList } from './task-list';
import classes from './work-page.module.css';

export default function WorkPage() {
  const { t } = useTranslation('work');
  const { t: common } = useTranslation();
  const [chosen, choose] = useChosen();
  const [helpShown, help] = useDisclosure(false);
  // Where it takes Shift to write it, and where it does not.
  useHotkeys(
    [
      ['shift+?', help.open],
      ['?', help.open],
    ],
    ['INPUT', 'TEXTAREA', 'SELECT'],
  );
  const oversees = hasRole(usePerson(), 'service-manager', 'process-owner', 'auditor');
  return (
    <>
      <PageTitle
        title={t('title')}
        actions={
          <Button variant="subtle" visibleFrom="sm" rightSection={<Kbd>?</Kbd>} onClick={help.open}>
            {t('keys.title')}
          </Button>
        }
      />
      <Tabs
        value={chosen.tab}
        onChange={(tab) => {
          choose({ tab: tab as Tab, group: '', claimed: false });
        }}
      >
        <Tabs.List mb="md">
          {TABS.filter((tab) => tab !== 'all' || oversees).map((tab) => (
            <Tabs.Tab key={tab} value={tab} rightSection={tab !== 'all' && <Count tab={tab} />}>
              {t(`tab.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={chosen.tab}>
          <FilterBar chosen={chosen} choose={choose} />
          <Tasks chosen={chosen} choose={choose} />
        </Tabs.Panel>
      </Tabs>
      <Modal
        opened={helpShown}
        onClose={help.close}
        title={t('keys.title')}
        closeButtonProps={{ 'aria-label': common('close') }}
      >
        <dl className={classes.keys}>
          {(['move', 'open', 'claim', 'help'] as const).map((what) => (
            <div key={what}>
              <dt>
                <Kbd>{t(`keys.${what}Keys`)}</Kbd>
              </dt>
              <dd>{t(`keys.${what}`)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </>
  );
}

/** How many tasks a tab has before anything narrows it; `50+` says as much as anybody needs. */
function Count({ tab }: { tab: Tab }) {
  const count = useUserTasksCount(filterOf({ ...WHOLE, tab }));
  if (count === undefined || count === '0') return null;
  return (
    <Text component="span" className={classes.count}>
      {count}
    </Text>
  );
}

const WHOLE: Chosen = {
  tab: 'mine',
  text: '',
  process: '',
  group: '',
  priority: '',
  overdue: false,
  claimed: false,
  oldest: false,
};

function Tasks({ chosen, choose }: { chosen: Chosen; choose: (change: Partial<Chosen>) => void }) {
  const { t } = useTranslation('work');
  const tasks = useUserTasks(filterOf(chosen));
  const { groups } = usePerson();
  const toTeams = chosen.tab === 'mine' && groups.length > 0;
  const empty =
    narrowing(chosen) > 0 ? (
      <Empty
        icon="search"
        title={t('noneFound')}
        action={
          <Button
            variant="default"
            onClick={() => {
              choose(CLEARED);
            }}
          >
            {t('clear')}
          </Button>
        }
      />
    ) : (
      <Empty
        icon="inbox"
        title={t(`empty.${chosen.tab}`)}
        action={
          toTeams && (
            <Button
              variant="default"
              onClick={() => {
                choose({ tab: 'team' });
              }}
            >
              {t('toTeams')}
            </Button>
          )
        }
      >
        {t(`emptyHint.${chosen.tab}`)}
      </Empty>
    );
  return (
    <Listed query={tasks} empty={empty}>
      {(items) => <TaskList tasks={items} label={t(`tab.${chosen.tab}`)} />}
    </Listed>
  );
}
