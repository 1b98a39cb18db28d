/** Tell a case that something has happened which its diagram waits for. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  useSendMessage,
  type AwaitedMessage,
  type ProcessInstance,
  type Variables,
} from '../../api/process-instances';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { ValuesField } from '../values-field';

interface Props {
  instance: ProcessInstance;
  message: AwaitedMessage;
  onClose: () => void;
}

export function MessageDialog({ instance, message, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const [payload, setPayload] = useState<Variables | undefined>({});
  const send = useSendMessage(instance.id);
  const name = message.element_name ?? message.message;
  const tell = () =>
    send.mutate(
      { name: message.message, payload: message.takes_payload ? (payload ?? null) : null },
      {
        onSuccess: () => {
          notifyDone(t('message.done', { number: instance.number, name }));
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('message.title', { name })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t('message.text', { number: instance.number })}</Text>
        {send.error && <ProblemAlert problem={send.error} />}
        {message.takes_payload && <ValuesField label={t('message.data')} onChange={setPayload} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button loading={send.isPending} disabled={payload === undefined} onClick={tell}>
            {t('message.send')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
