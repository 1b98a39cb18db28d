/** What this person was told, and how much of it she has not read. */
import { ActionIcon, Popover } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNotifications } from '../api/notifications';
import { Icon } from '../ui/icon';
import { Loading } from '../ui/loading';
import classes from './bell.module.css';

const NotificationList = lazy(() => import('./notification-list'));

export function Bell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const unread = useNotifications().data?.unread ?? 0;
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={360}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          className={classes.bell}
          aria-label={unread > 0 ? t('bell.openUnread', { count: unread }) : t('bell.open')}
          onClick={() => setOpen(!open)}
        >
          <Icon name="bell" />
          {unread > 0 && (
            <span className={classes.count} aria-hidden>
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={t('bell.open')}>
        <Suspense fallback={<Loading count={3} />}>
          <NotificationList onGo={() => setOpen(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
