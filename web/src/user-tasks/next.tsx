/** What to do after a task: the next step of its case, then what is one's own, then what one's teams could take. */
import { Button, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { hasRole, usePerson } from '../api/session';
import { useUserTasks, type UserTask } from '../api/user-tasks';
import { Loading } from '../ui/loading';
import { Due } from './due';
import { Priority } from './priority';
import { mayComplete } from './rights';
import classes from './task-page.module.css';

type Why = 'nextIn' | 'nextMine' | 'nextTeam';

const OFFERED = 3;

export function Next({ after }: { after: UserTask }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const inCase = useUserTasks({ instance: after.instance });
  const mine = useUserTasks({ assignee: 'me', sort: 'due' });
  const team = useUserTasks({ group: 'mine', unassigned: true, sort: 'due' });
  if ([inCase, mine, team].some(({ isPending }) => isPending)) return <Loading count={2} />;
  const found = new Map<string, [UserTask, Why]>();
  const offer = (tasks: UserTask[] | undefined, why: Why) => {
    for (const task of tasks ?? []) {
      if (task.id !== after.id && !found.has(task.id) && mayComplete(me, task))
        found.set(task.id, [task, why]);
    }
  };
  // An administrator may do everybody's: what is not hers is not next for her.
  offer(
    inCase.data?.filter(({ assignee }) => assignee === null || assignee === me.username),
    'nextIn',
  );
  offer(mine.data, 'nextMine');
  offer(team.data, 'nextTeam');
  const offered = [...found.values()].slice(0, OFFERED);
  const works = hasRole(me, 'agent', 'service-manager');
  return (
    <section aria-labelledby="next">
      <Title order={2} id="next" mb="sm">
        {t('next')}
      </Title>
      {offered.length === 0 && <Text c="dimmed">{t('nothingNext')}</Text>}
      <ul className={classes.next}>
        {offered.map(([task, why], place) => (
          <li key={task.id}>
            <Link to={`/tasks/${task.id}`} className={classes.offer} data-first={place === 0 || undefined}>
              <span className={classes.offerName}>{task.name}</span>
              <span>
                {task.case.number} {task.case.title}
              </span>
              <span className={classes.offerFacts}>
                {t(why)}
                <Priority priority={task.priority} />
                <Due at={task.due_at} clock={task.clock} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <Button component={Link} to="/" variant="default" mt="md">
        {works ? t('toWork') : t('toStart')}
      </Button>
    </section>
  );
}
