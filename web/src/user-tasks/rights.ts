/** What somebody may do with a task, as the server decides it: buttons that would be refused are not shown. */
import { hasRole, type Person } from '../api/session';
import type { UserTask } from '../api/user-tasks';

type Held = Pick<UserTask, 'assignee' | 'candidate_groups' | 'candidate_users'>;

function onlyReads({ roles }: Person): boolean {
  return roles.length === 1 && roles[0] === 'auditor';
}

function isOfferedTo(person: Person, task: Held): boolean {
  const named = task.candidate_users.includes(person.username);
  return named || task.candidate_groups.some((group) => person.groups.includes(group));
}

function isOf(person: Person, task: Held): boolean {
  return task.assignee === person.username && !onlyReads(person);
}

/** Whether it is free and she may have it. */
export function mayClaim(person: Person, task: Held): boolean {
  if (task.assignee !== null) return false;
  return hasRole(person) || (isOfferedTo(person, task) && !onlyReads(person));
}

/** Whether it is hers to do; who completes a free task has claimed it by that. */
export function mayComplete(person: Person, task: Held): boolean {
  return hasRole(person) || isOf(person, task) || mayClaim(person, task);
}

export function mayRelease(person: Person, task: Held): boolean {
  return task.assignee !== null && (hasRole(person, 'service-manager') || isOf(person, task));
}

export function mayAssign(person: Person, task: Held): boolean {
  return hasRole(person, 'service-manager') || isOf(person, task) || mayClaim(person, task);
}
