/** What failed in a case, in plain words, and the way on for those who may repair it. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOrder, type ProcessInstance } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { useSentence } from '../../i18n/sentence';
import { Icon } from '../../ui/icon';
import { notifyDone, notifyProblem } from '../../ui/notify';
import { useNamesOf } from '../use-steps';
import classes from './case-page.module.css';
import { OPERATORS } from './operators';

interface Props {
  instance: ProcessInstance;
  /** Show an element in the diagram. */
  show: (element: string) => void;
  /** Show the data. */
  repair: () => void;
}

export function Failures({ instance, show, repair }: Props) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const say = useSentence();
  const { definition, version, failures } = instance;
  const names = useNamesOf(failures.map(({ process }) => process ?? { key: definition, version }));
  const retry = useOrder(instance.id, 'retry');
  const again = () =>
    retry.mutate('', {
      onSuccess: ({ state }) => {
        if (state !== 'failed') notifyDone(t('failure.passed', { number: instance.number }));
      },
      onError: notifyProblem,
    });
  return (
    <Alert color="red" icon={<Icon name="alert" />} title={t('failure.title')} className={classes.failed}>
      {failures.map(({ element, message, cause }, index) => (
        <div key={`${element} ${message}`}>
          <Text fw={600}>{t('failure.at', { element: names[index]?.get(element) ?? element })}</Text>
          <Text>{say(cause)}</Text>
          <Button variant="subtle" size="compact-sm" px={0} onClick={() => show(element)}>
            {t('failure.show')}
          </Button>
        </div>
      ))}
      {hasRole(me, ...OPERATORS) ? (
        <>
          <Text mt="xs">{t('failure.hint')}</Text>
          <Group gap="xs" mt="sm">
            <Button variant="default" leftSection={<Icon name="edit" size={16} />} onClick={repair}>
              {t('failure.repair')}
            </Button>
            <Button
              leftSection={<Icon name="refresh" size={16} />}
              loading={retry.isPending}
              onClick={again}
              disabled={instance.state === 'suspended'}
            >
              {t('failure.retry')}
            </Button>
          </Group>
        </>
      ) : (
        <Text mt="xs">{t('failure.others')}</Text>
      )}
    </Alert>
  );
}
