/** Who has a case now: those with its open tasks, as far as one may see them, else the step it is at. */
import { useTranslation } from 'react-i18next';
import { useGroupTitle, usePersonName } from '../api/people';
import { useUserTasks, type UserTask } from '../api/user-tasks';
import { useSteps } from './use-steps';

export function WithWhom({ instance }: { instance: string }) {
  const { t } = useTranslation('cases');
  const nameOf = usePersonName();
  const titleOf = useGroupTitle();
  const { data: tasks = [], isPending } = useUserTasks({ instance });
  const steps = useSteps(instance);
  const holders = (task: UserTask) =>
    task.assignee === null
      ? [...task.candidate_groups.map(titleOf), ...task.candidate_users.map(nameOf)]
      : [nameOf(task.assignee)];
  const names = [...new Set(tasks.flatMap(holders))];
  if (names.length > 0) return names.join(', ');
  if (isPending) return '…';
  // Who may not see a task may know what it is called: the diagram shows it to her.
  return steps.length > 0 ? t('atStep', { steps: steps.join(', ') }) : t('nobody');
}
