/** What is to be done in a case now, and by whom. */
import { Anchor, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson, type Person } from '../../api/session';
import { useClaim, useUserTasks, type UserTask } from '../../api/user-tasks';
import { Listed } from '../../ui/listed';
import { notifyProblem } from '../../ui/notify';
import { Due } from '../../user-tasks/due';
import { Holder } from '../../user-tasks/holder';
import { useSteps } from '../use-steps';
import classes from './now.module.css';

export function Now({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  return (
    <section aria-labelledby="now">
      <Title order={2} id="now" mb="xs">
        {t('now.title')}
      </Title>
      <Listed
        query={useUserTasks({ instance: instance.id })}
        expected={1}
        empty={<Elsewhere instance={instance} />}
      >
        {(tasks) => (
          <ul className={classes.tasks}>
            {tasks.map((task) => (
              <Paper key={task.id} component="li" p="sm">
                <Task task={task} />
              </Paper>
            ))}
          </ul>
        )}
      </Listed>
    </section>
  );
}

/** Nothing that this person could see a task of. */
function Elsewhere({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const steps = useSteps(instance.id);
  return (
    <Text c="dimmed">
      {steps.length > 0 ? t('now.elsewhere', { steps: steps.join(', ') }) : t('now.nothing')}
    </Text>
  );
}

function Task({ task }: { task: UserTask }) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const claim = useClaim();
  const isMine = task.assignee === me.username;
  return (
    <>
      <Anchor component={Link} to={`/tasks/${task.id}`} fw={600}>
        {task.name}
      </Anchor>
      <Group justify="space-between" gap="xs">
        <Text component="div" size="sm">
          <Holder task={task} />
        </Text>
        {task.due_at !== null && <Due at={task.due_at} />}
      </Group>
      {isMine && (
        <Button component={Link} to={`/tasks/${task.id}`} mt="xs" fullWidth>
          {t('now.open')}
        </Button>
      )}
      {task.assignee === null && isOfferedTo(me, task) && (
        <Button
          variant="light"
          mt="xs"
          fullWidth
          loading={claim.isPending}
          onClick={() => claim.mutate(task.id, { onError: notifyProblem })}
        >
          {t('now.claim')}
        </Button>
      )}
    </>
  );
}

/** The server decides; this only spares people a button that would be refused. */
function isOfferedTo(person: Person, task: UserTask): boolean {
  return (
    hasRole(person) ||
    task.candidate_users.includes(person.username) ||
    task.candidate_groups.some((group) => person.groups.includes(group))
  );
}
