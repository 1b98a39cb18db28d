/** Who has a task: the person, else those it is offered to. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useGroupTitle, usePersonName } from '../api/people';
import { usePerson } from '../api/session';
import type { UserTask } from '../api/user-tasks';
import classes from './holder.module.css';

type Held = Pick<UserTask, 'assignee' | 'candidate_groups' | 'candidate_users'>;

export function Holder({ task }: { task: Held }) {
  return useHolder()(task);
}

/** The same for a list, which asks once who everybody is, not in every row. */
export function useHolder(): (task: Held) => ReactNode {
  const { t } = useTranslation('work');
  const me = usePerson();
  const nameOf = usePersonName();
  const titleOf = useGroupTitle();
  return ({ assignee, candidate_groups, candidate_users }) => {
    if (assignee !== null) return <span>{assignee === me.username ? t('you') : nameOf(assignee)}</span>;
    const offered = [...candidate_groups.map(titleOf), ...candidate_users.map(nameOf)].join(', ');
    return <span className={classes.offered}>{offered || t('nobody')}</span>;
  };
}
