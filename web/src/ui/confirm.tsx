/** Asking before something that cannot be taken back. */
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import i18next from 'i18next';
import type { ReactNode } from 'react';

interface Question {
  title: string;
  text: ReactNode;
  /** What the button says: a verb, never "OK". */
  action: string;
  /** Something is lost by it. */
  danger?: boolean;
}

/** True once the person agreed; false when she closed the dialog in any other way. */
export function confirm({ title, text, action, danger = false }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: <Text component="div">{text}</Text>,
      labels: { confirm: action, cancel: i18next.t('cancel') },
      confirmProps: danger ? { color: 'red.9' } : {},
      onConfirm: () => {
        resolve(true);
      },
      onCancel: () => {
        resolve(false);
      },
      onClose: () => {
        resolve(false);
      },
    });
  });
}
