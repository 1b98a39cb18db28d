/** What a list shows when nothing is in it: why, and what to do. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './empty.module.css';
import { Icon, type IconName } from './icon';

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: Props) {
  return (
    <div className={classes.empty}>
      <span className={classes.icon}>
        <Icon name={icon} size={24} />
      </span>
      <Text size="lg" fw={600}>
        {title}
      </Text>
      {children && (
        <Text component="div" c="dimmed" maw="30rem">
          {children}
        </Text>
      )}
      {action}
    </div>
  );
}
