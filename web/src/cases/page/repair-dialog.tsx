/** Change one variable of a case: what it was and what it will be stand beside each other before it is done. */
import { Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangeVariables, type ProcessInstance } from '../../api/process-instances';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { JsonField, jsonIn } from '../json-field';
import { Lines } from '../lines';
import { readable } from '../readable';
import { useWords } from '../use-words';

interface Props {
  instance: ProcessInstance;
  /** Empty: a variable that is not there yet. */
  name: string;
  before: unknown;
  onClose: () => void;
}

export function RepairDialog({ instance, name: given, before, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const words = useWords();
  const change = useChangeVariables(instance.id);
  const [name, setName] = useState(given);
  const [asText, setAsText] = useState(typeof before === 'string' || before === undefined);
  const [text, setText] = useState(() => written(before));
  const after = asText ? text : jsonIn(text);
  const isReady = name !== '' && after !== undefined && JSON.stringify(after) !== JSON.stringify(before);
  const save = () =>
    change.mutate(
      { [name]: after },
      {
        onSuccess: () => {
          notifyDone(t('data.changed', { name }));
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={given === '' ? t('data.add') : t('data.changeOne', { name: given })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        {change.error && <ProblemAlert problem={change.error} />}
        {given === '' && (
          <TextInput
            label={t('data.name')}
            value={name}
            spellCheck={false}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value.trim())}
          />
        )}
        <Switch
          label={t('data.asText')}
          description={t('data.asTextHint')}
          checked={asText}
          onChange={(event) => setAsText(event.currentTarget.checked)}
        />
        {asText ? (
          <Textarea
            label={t('data.value')}
            autosize
            minRows={2}
            maxRows={16}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : (
          <JsonField
            label={t('data.value')}
            value={text}
            onChange={setText}
            error={after === undefined ? t('json.any') : null}
          />
        )}
        <Lines
          lines={[
            { label: t('data.before'), value: readable(before, words) },
            { label: t('data.after'), value: after === undefined ? '?' : readable(after, words) },
          ]}
        />
        <Text size="sm" c="dimmed">
          {t('data.kept')}
        </Text>
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button disabled={!isReady} loading={change.isPending} onClick={save}>
            {t('data.save')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function written(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
