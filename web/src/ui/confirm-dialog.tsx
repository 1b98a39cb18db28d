/** The dialog of `confirm`. */
import { Button, Group, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Asked } from './confirm';

export default function ConfirmDialog({ title, text, action, danger = false, answer }: Asked) {
  const { t } = useTranslation();
  const refuse = () => {
    answer(false);
  };
  return (
    <Modal opened onClose={refuse} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Text component="div">{text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={refuse}>
          {t('cancel')}
        </Button>
        <Button
          data-autofocus
          color={danger ? 'red.9' : undefined}
          onClick={() => {
            answer(true);
          }}
        >
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
