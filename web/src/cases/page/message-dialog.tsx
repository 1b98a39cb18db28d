/** Tell a case that something has happened which its diagram waits for. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSendMessage, type AwaitedMessage, type ProcessInstance } from '../../api/process-instances';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { JsonField, objectIn } from '../json-field';

interface Props {
  instance: ProcessInstance;
  message: AwaitedMessage;
  onClose: () => void;
}

export function MessageDialog({ instance, message, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const [text, setText] = useState('{}');
  const send = useSendMessage(instance.id);
  const name = message.element_name ?? message.message;
  const payload = message.takes_payload ? objectIn(text) : null;
  const tell = () =>
    send.mutate(
      { name: message.message, payload: payload ?? null },
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
      title={t('message.title', { name })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t('message.text', { number: instance.number })}</Text>
        {send.error && <ProblemAlert problem={send.error} />}
        {message.takes_payload && (
          <JsonField
            label={t('message.data')}
            value={text}
            onChange={setText}
            error={payload === undefined ? t('json.object') : null}
          />
        )}
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
