/** Whether what was drawn is safe, in a few words. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../ui/icon';
import classes from './frame.module.css';
import type { EditedDocument, SaveState } from './use-document';

const ICONS: Record<SaveState, IconName | null> = {
  unchanged: null,
  saved: 'check',
  saving: 'refresh',
  kept: 'offline',
  conflict: 'alert',
};

export function SaveStatus({ document }: { document: EditedDocument }) {
  const { t } = useTranslation('studio');
  const icon = ICONS[document.save];
  return (
    <Text
      size="sm"
      c="dimmed"
      role="status"
      component="p"
      className={classes.saved}
      data-save={document.save}
    >
      {icon && <Icon name={icon} size={15} />}
      {t(`save.${document.save}`)}
    </Text>
  );
}
