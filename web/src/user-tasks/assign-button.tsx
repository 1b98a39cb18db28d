/** Giving a task to somebody: a search over people, then one click. */
import { Button, Modal, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeople } from '../api/people';
import { useAssign, type UserTask } from '../api/user-tasks';
import { notifyDone } from '../ui/notify';
import { ProblemAlert } from '../ui/problem-alert';
import classes from './task-page.module.css';

export function AssignButton({ task }: { task: UserTask }) {
  const { t } = useTranslation('work');
  const { t: common } = useTranslation();
  const [opened, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={dialog.open}>
        {t('assign')}
      </Button>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t('assignTo')}
        closeButtonProps={{ 'aria-label': common('close') }}
      >
        <Chooser task={task} close={dialog.close} />
      </Modal>
    </>
  );
}

function Chooser({ task, close }: { task: UserTask; close: () => void }) {
  const { t } = useTranslation('work');
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const { data: people = [] } = usePeople(wanted);
  const assign = useAssign();
  return (
    <Stack gap="sm">
      <TextInput
        label={t('person')}
        value={text}
        data-autofocus
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      {assign.error && <ProblemAlert problem={assign.error} />}
      <ul className={classes.people}>
        {people.slice(0, 12).map(({ username, name }) => (
          <li key={username}>
            <UnstyledButton
              className={classes.person}
              disabled={assign.isPending}
              onClick={() => {
                assign.mutate(
                  { id: task.id, assignee: username },
                  {
                    onSuccess: () => {
                      notifyDone(t('assigned', { task: task.name, name }));
                      close();
                    },
                  },
                );
              }}
            >
              {name}
              <Text component="span" c="dimmed" ms="xs">
                {username}
              </Text>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
