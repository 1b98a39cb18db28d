/** Who is signed in; her language and colours; the way out. */
import { Button, Popover, Stack, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePerson, useSignOut } from '../api/session';
import { Icon } from '../ui/icon';
import { notifyProblem } from '../ui/notify';
import classes from './person-menu.module.css';
import { ColourChoice, LanguageChoice } from './preferences';

export function PersonMenu() {
  const { t } = useTranslation();
  const person = usePerson();
  const signOut = useSignOut();
  const leave = () => {
    signOut.mutate(undefined, {
      // A page loaded anew keeps nothing of the person who left.
      onSuccess: () => {
        window.location.assign('/sign-in');
      },
      onError: notifyProblem,
    });
  };
  return (
    <Popover position="bottom-end" width={288} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.button}>
          <span className={classes.initials} aria-hidden>
            {initials(person.name)}
          </span>
          <span className={classes.name}>
            {person.name}
            <VisuallyHidden>{t('person.menu')}</VisuallyHidden>
          </span>
          <Icon name="down" size={14} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="md">
          <div>
            <Text fw={650}>{person.name}</Text>
            <Text size="sm" c="dimmed">
              {person.username} · {person.roles.map((role) => t(`role.${role}`)).join(', ')}
            </Text>
          </div>
          <LanguageChoice personId={person.id} />
          <ColourChoice />
          <Button
            variant="default"
            leftSection={<Icon name="signOut" />}
            loading={signOut.isPending}
            onClick={leave}
          >
            {t('person.signOut')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.[0] ?? '').join('');
}
