/** The navigation on a phone, loaded when somebody opens it. */
import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Navigation } from './navigation-list';

interface Props {
  opened: boolean;
  close: () => void;
}

export default function NavigationDrawer({ opened, close }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={opened}
      onClose={close}
      size={280}
      title="Baton"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Navigation onGo={close} />
    </Drawer>
  );
}
