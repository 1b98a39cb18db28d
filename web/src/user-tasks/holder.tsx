/** Who has a task: the person, else those it is offered to. */
import { useTranslation } from 'react-i18next';
import { useGroupTitle, usePersonName } from '../api/people';
import { usePerson } from '../api/session';
import type { UserTask } from '../api/user-tasks';
import classes from './holder.module.css';

type Held = Pick<UserTask, 'assignee' | 'candidate_groups' | 'candidate_users'>;

export function Holder({ task }: { task: Held }) {
  const { t } = useTranslation('work');
  const me = usePerson();
  const nameOf = usePersonName();
  const titleOf = useGroupTitle();
  if (task.assignee !== null) {
    return <span>{task.assignee === me.username ? t('you') : nameOf(task.assignee)}</span>;
  }
  const offered = [...task.candidate_groups.map(titleOf), ...task.candidate_users.map(nameOf)];
  return <span className={classes.offered}>{offered.length === 0 ? t('nobody') : offered.join(', ')}</span>;
}
