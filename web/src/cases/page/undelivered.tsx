/** What a case has sent and what did not arrive, and the way on for those who may send it once more. */
import { Alert, Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useDeliveries, useRetryDelivery, type Delivery } from '../../api/deliveries';
import type { ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { useSentence } from '../../i18n/sentence';
import { Icon } from '../../ui/icon';
import { More } from '../../ui/more';
import { notifyDone, notifyProblem } from '../../ui/notify';
import { useNamesOf } from '../use-steps';
import classes from './case-page.module.css';
import { OPERATORS } from './operators';

interface Props {
  instance: ProcessInstance;
  /** Show an element in the diagram. */
  show: (element: string) => void;
}

export function Undelivered({ instance, show }: Props) {
  const { t } = useTranslation('cases');
  const operates = hasRole(usePerson(), ...OPERATORS);
  const query = useDeliveries({ instance: instance.id, state: 'dead' });
  const sending = useRetryDelivery();
  const { data: dead = [] } = query;
  const { definition, version } = instance;
  const names = useNamesOf(dead.map(({ process }) => process ?? { key: definition, version }));
  if (dead.length === 0) return null;
  return (
    <Alert
      color="red"
      icon={<Icon name="mail" />}
      title={t('undelivered.title', { count: dead.length })}
      className={classes.failed}
    >
      {dead.map((delivery, index) => (
        <Letter
          key={delivery.id}
          delivery={delivery}
          from={names[index]?.get(delivery.element) ?? delivery.element}
          show={() => show(delivery.element)}
          again={operates && <SendAgain delivery={delivery} sending={sending} />}
        />
      ))}
      <More {...query} />
      <Text mt="xs">{t(operates ? 'undelivered.hint' : 'undelivered.others')}</Text>
    </Alert>
  );
}

interface LetterProps {
  delivery: Delivery;
  /** What people call the element that sent it. */
  from: string;
  show: () => void;
  /** The button for those who may send it once more. */
  again: ReactNode;
}

function Letter({ delivery, from, show, again }: LetterProps) {
  const { t } = useTranslation('cases');
  const say = useSentence();
  const { kind, name, correlation_key: key, cause } = delivery;
  const error = cause && say(cause);
  return (
    <div className={classes.letter}>
      <Text fw={600}>{t('failure.at', { element: from })}</Text>
      <Text>{t(key === null ? `undelivered.${kind}` : 'undelivered.messageFor', { name, key, error })}</Text>
      <Group gap="md" mt={4}>
        {again}
        <Button variant="subtle" size="compact-sm" px={0} onClick={show}>
          {t('failure.show')}
        </Button>
      </Group>
    </div>
  );
}

interface SendAgainProps {
  delivery: Delivery;
  sending: ReturnType<typeof useRetryDelivery>;
}

/** `sending` is the list's: what is on its way again goes from the list, and its button with it. */
export function SendAgain({ delivery: { id, name }, sending }: SendAgainProps) {
  const { t } = useTranslation('cases');
  const again = () =>
    sending.mutate(id, {
      onSuccess: () => notifyDone(t('undelivered.retried', { name })),
      onError: notifyProblem,
    });
  return (
    <Button
      size="compact-sm"
      leftSection={<Icon name="refresh" size={14} />}
      loading={sending.isPending && sending.variables === id}
      onClick={again}
      aria-label={`${t('undelivered.retry')}: ${name}`}
    >
      {t('undelivered.retry')}
    </Button>
  );
}
