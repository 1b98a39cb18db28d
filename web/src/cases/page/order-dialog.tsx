/** Suspend, resume or cancel a case, saying why. */
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOrder, type ProcessInstance } from '../../api/process-instances';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';

interface Props {
  instance: ProcessInstance;
  order: 'suspend' | 'resume' | 'cancel';
  onClose: () => void;
}

export function OrderDialog({ instance, order, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const [reason, setReason] = useState('');
  const command = useOrder(instance.id, order);
  const { number } = instance;
  const give = () =>
    command.mutate(reason, {
      onSuccess: () => {
        notifyDone(t(`order.${order}.done`, { number }));
        onClose();
      },
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`order.${order}.title`, { number })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t(`order.${order}.text`)}</Text>
        {command.error && <ProblemAlert problem={command.error} />}
        <Textarea
          label={t('order.reason')}
          description={t('order.reasonHint')}
          autosize
          minRows={2}
          maxLength={2000}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('order.back')}
          </Button>
          <Button color={order === 'cancel' ? 'red.9' : undefined} loading={command.isPending} onClick={give}>
            {t(`order.${order}.action`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
