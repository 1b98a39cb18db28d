/** Bring an earlier version back: deployed again at once, or as a draft to edit first. */
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { confirm } from '../../ui/confirm';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { editorAddress } from '../addresses';
import { deploy, readDraft, saveDraft } from '../document/api';
import { readContent, type Kind, type Version } from '../kinds';

interface Props {
  kind: Kind;
  version: Version;
  onClose: () => void;
}

export function RestoreDialog({ kind, version, onClose }: Props) {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const { key, version: number, file } = version;

  const again = useMutation({
    mutationFn: async () =>
      deploy([{ path: file, content: await readContent(kind, key, number) }], reason.trim()),
    onSuccess: async (definitions) => {
      const own = definitions.find((each) => each.kind === kind && each.key === key);
      if (own) notifyDone(t('deploy.done', { key, version: own.version }));
      await client.invalidateQueries();
      onClose();
    },
  });

  const edit = useMutation({
    mutationFn: async () => {
      const draft = await readDraft(kind, key);
      const goOn =
        draft === null ||
        (await confirm({
          title: t('restore.draftTitle'),
          text: t('restore.draftText', { name: draft.updatedBy, version: number }),
          action: t('restore.replace'),
          danger: true,
        }));
      if (!goOn) return false;
      await saveDraft(
        kind,
        key,
        { content: await readContent(kind, key, number), based_on: number },
        draft?.tag ?? null,
      );
      return true;
    },
    onSuccess: (done) => (done ? navigate(editorAddress(kind, key)) : undefined),
  });

  const problem = again.error ?? edit.error;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('restore.title', { version: number })}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      <Stack>
        <Text>{t('restore.text')}</Text>
        <Textarea
          label={t('restore.reason')}
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {problem && <ProblemAlert problem={problem} />}
        <Group justify="end">
          <Button variant="default" loading={edit.isPending} onClick={() => edit.mutate()}>
            {t('restore.edit')}
          </Button>
          <Button disabled={reason.trim() === ''} loading={again.isPending} onClick={() => again.mutate()}>
            {t('restore.action')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
