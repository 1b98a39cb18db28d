/** Short notices in the corner: that something was done, or why it was not. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import type { Problem } from '../api/problem';
import { Icon } from './icon';
import { problemTitle } from './problem-alert';

export function notifyDone(message: string): void {
  notifications.show({ message, color: 'petrol', icon: <Icon name="check" />, closeButtonProps: close() });
}

/** For a command without a place of its own on the page; where there is one, show a `ProblemAlert` there. */
export function notifyProblem(problem: Problem): void {
  notifications.show({
    title: problemTitle(problem, i18next.t),
    message: problem.detail,
    color: 'red',
    icon: <Icon name="alert" />,
    autoClose: false,
    role: 'alert',
    closeButtonProps: close(),
  });
}

function close() {
  return { 'aria-label': i18next.t('close') };
}
