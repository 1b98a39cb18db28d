/** The list behind the bell, loaded when somebody opens it. */
import { ActionIcon, Button, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  useNotifications,
  useReadAllNotifications,
  useReadNotification,
  type Notification,
} from '../api/notifications';
import { ofTarget } from '../clocks/remaining';
import { useClockName } from '../clocks/use-clock-name';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyProblem } from '../ui/notify';
import { ProblemAlert } from '../ui/problem-alert';
import classes from './bell.module.css';

/** `onGo` is called when one of its links is followed. */
export default function NotificationList({ onGo }: { onGo: () => void }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useNotifications();
  const readAll = useReadAllNotifications();
  return (
    <>
      <div className={classes.head}>
        <Text fw={650}>{t('bell.open')}</Text>
        {(data?.unread ?? 0) > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            loading={readAll.isPending}
            onClick={() => readAll.mutate(null, { onError: notifyProblem })}
          >
            {t('bell.readAll')}
          </Button>
        )}
      </div>
      {error && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading count={3} />}
      {data?.items.length === 0 && (
        <Text c="dimmed" px="xs" pb="xs">
          {t('bell.none')}
        </Text>
      )}
      <ul className={classes.list}>
        {data?.items.map((told) => (
          <Told key={told.id} told={told} onGo={onGo} />
        ))}
      </ul>
    </>
  );
}

function Told({ told, onGo }: { told: Notification; onGo: () => void }) {
  const { t } = useTranslation();
  const says = useSays();
  const { mutate: read } = useReadNotification();
  const isUnread = told.read_at === null;
  const markRead = () => {
    if (isUnread) read(told.id, { onError: notifyProblem });
  };
  return (
    <li className={classes.told} data-unread={isUnread || undefined}>
      <div>
        <Link
          to={`/cases/${told.instance.id}?view=clocks`}
          onClick={() => {
            markRead();
            onGo();
          }}
        >
          {isUnread && <VisuallyHidden>{`${t('bell.unread')}: `}</VisuallyHidden>}
          {says(told)}
        </Link>
        <span className={classes.when}>
          {told.instance.title} · <Instant at={told.at} focusable={false} />
        </span>
      </div>
      {isUnread && (
        <ActionIcon aria-label={`${t('bell.read')}: ${says(told)}`} onClick={markRead}>
          <Icon name="check" size={16} />
        </ActionIcon>
      )}
    </li>
  );
}

/** What a notification says in a sentence. */
function useSays(): (told: Notification) => string {
  const { t, i18n } = useTranslation();
  const nameOf = useClockName();
  return ({ kind, clock, threshold, instance: { number } }) => {
    if (kind !== 'threshold' || clock === null || threshold === null)
      return t('bell.other', { number, kind });
    const about = { clock: nameOf(clock), number };
    const [side, span] = threshold.split('.');
    if (span !== undefined) {
      const time = ofTarget(span, i18n.language);
      return side === 'before' ? t('bell.before', { ...about, time }) : t('bell.after', { ...about, time });
    }
    return threshold === '100'
      ? t('bell.breached', about)
      : t('bell.threshold', { ...about, share: threshold });
  };
}
