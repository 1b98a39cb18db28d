/** What this person asked for, how far it is, and before all what waits for her. */
import { Anchor, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useProcessInstances } from '../api/process-instances';
import { usePerson } from '../api/session';
import { useUserTasks, type UserTask } from '../api/user-tasks';
import { CaseTable } from '../cases/case-table';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { Due } from '../user-tasks/due';
import classes from './requests-page.module.css';

export default function RequestsPage() {
  const { t } = useTranslation('cases');
  const start = (
    <Button component={Link} to="/catalogue" leftSection={<Icon name="plus" />}>
      {t('start')}
    </Button>
  );
  return (
    <>
      <PageTitle title={t('mine')} actions={start} />
      <Waiting />
      <Listed
        query={useProcessInstances({ requester: 'me' })}
        empty={
          <Empty icon="list" title={t('empty.mine')} action={start}>
            {t('empty.mineHint')}
          </Empty>
        }
      >
        {(cases) => <CaseTable cases={cases} label={t('mine')} own />}
      </Listed>
    </>
  );
}

/** The tasks in her own cases that only she can do, such as answering a question. */
function Waiting() {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const { data = [] } = useUserTasks({ assignee: 'me' });
  const tasks = data.filter((task) => task.case.requester === me.username);
  if (tasks.length === 0) return null;
  return (
    <section aria-labelledby="waiting" className={classes.waiting}>
      <Title order={2} id="waiting" mb="xs">
        {t('requests.waiting')}
      </Title>
      <ul className={classes.tasks}>
        {tasks.map((task) => (
          <Task key={task.id} task={task} />
        ))}
      </ul>
    </section>
  );
}

function Task({ task }: { task: UserTask }) {
  const { t } = useTranslation('cases');
  return (
    <Paper component="li" p="sm" className={classes.task}>
      <div>
        <Anchor component={Link} to={`/tasks/${task.id}`} fw={600}>
          {task.name}
        </Anchor>
        <Text size="sm">
          {task.case.number} · {task.case.title}
        </Text>
      </div>
      <Group gap="md">
        {task.due_at === null ? <Instant at={task.created_at} /> : <Due at={task.due_at} />}
        <Button
          component={Link}
          to={`/tasks/${task.id}`}
          aria-label={`${t('requests.answer')}: ${task.name}`}
        >
          {t('requests.answer')}
        </Button>
      </Group>
    </Paper>
  );
}
