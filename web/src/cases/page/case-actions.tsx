/** What can be done with a case as a whole. */
import { Button, Menu } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAwaitedMessages, type AwaitedMessage, type ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { Icon } from '../../ui/icon';
import { MessageDialog } from './message-dialog';
import { OPERATORS } from './operators';
import { OrderDialog } from './order-dialog';

const MigrateCase = lazy(() =>
  import('../../studio/migrate/migrate-case').then(({ MigrateCase }) => ({ default: MigrateCase })),
);

type Open = 'migrate' | { order: 'suspend' | 'resume' | 'cancel' } | { message: AwaitedMessage } | null;

export function CaseActions({ instance }: { instance: ProcessInstance }) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const [open, setOpen] = useState<Open>(null);
  const messages = useSendable(instance);
  const operates = hasRole(me, ...OPERATORS);
  const close = () => setOpen(null);
  if (instance.ended_at !== null || (!operates && messages.length === 0)) return null;
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="down" size={14} />}>
            {t('action.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {messages.length > 0 && <Menu.Label>{t('action.tell')}</Menu.Label>}
          {messages.map((message) => (
            <Menu.Item
              key={message.element}
              leftSection={<Icon name="mail" size={16} />}
              onClick={() => setOpen({ message })}
            >
              {message.element_name ?? message.message}
            </Menu.Item>
          ))}
          {operates && messages.length > 0 && <Menu.Divider />}
          {operates && instance.state === 'suspended' && (
            <Menu.Item
              leftSection={<Icon name="play" size={16} />}
              onClick={() => setOpen({ order: 'resume' })}
            >
              {t('order.resume.action')}
            </Menu.Item>
          )}
          {operates && instance.state !== 'suspended' && (
            <Menu.Item
              leftSection={<Icon name="pause" size={16} />}
              onClick={() => setOpen({ order: 'suspend' })}
            >
              {t('order.suspend.action')}
            </Menu.Item>
          )}
          {hasRole(me, 'process-owner') && (
            <Menu.Item leftSection={<Icon name="diagram" size={16} />} onClick={() => setOpen('migrate')}>
              {t('action.migrate')}
            </Menu.Item>
          )}
          {operates && (
            <Menu.Item
              color="red.9"
              leftSection={<Icon name="ban" size={16} />}
              onClick={() => setOpen({ order: 'cancel' })}
            >
              {t('order.cancel.action')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {open === 'migrate' && (
        <Suspense>
          <MigrateCase instance={instance} onClose={close} />
        </Suspense>
      )}
      {typeof open === 'object' && open !== null && 'order' in open && (
        <OrderDialog instance={instance} order={open.order} onClose={close} />
      )}
      {typeof open === 'object' && open !== null && 'message' in open && (
        <MessageDialog instance={instance} message={open.message} onClose={close} />
      )}
    </>
  );
}

/** The messages this person could send now; what carries data is for those who know what a process wants. */
function useSendable(instance: ProcessInstance): AwaitedMessage[] {
  const me = usePerson();
  const { data = [] } = useAwaitedMessages(instance.id);
  const mayTell = hasRole(me, 'requester', 'agent', ...OPERATORS);
  const knows = hasRole(me, 'agent', ...OPERATORS);
  if (!mayTell || instance.state === 'suspended') return [];
  return data.filter(({ takes_payload }) => knows || !takes_payload);
}
