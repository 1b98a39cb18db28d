/** Begin a new process, decision or form from a small template. */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ProblemAlert } from '../../ui/problem-alert';
import { editorAddress } from '../addresses';
import { decisionTemplate } from '../decision/template';
import { saveDraft } from '../document/api';
import { useDrafts, useLatest } from '../document/companions';
import { formTemplate } from '../form/template';
import type { Kind } from '../kinds';
import { processTemplate } from '../process/template';

const TEMPLATES: Record<Kind, (key: string, name: string) => string> = {
  process: processTemplate,
  decision: decisionTemplate,
  form: (_, name) => formTemplate(name),
};

/** What a key may look like: a name in XML for what is drawn, a path for a form. */
const LEGAL: Record<Kind, RegExp> = {
  process: /^[\p{L}_][\p{L}\p{N}_.-]*$/u,
  decision: /^[\p{L}_][\p{L}\p{N}_.-]*$/u,
  form: /^[\p{L}\p{N}_-]+\/[\p{L}\p{N}_.-]+$/u,
};

interface Props {
  kind: Kind;
  opened: boolean;
  onClose: () => void;
}

export function NewDialog({ kind, opened, onClose }: Props) {
  const { t } = useTranslation('studio');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t(`new.${kind}`)}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      {opened && <Content kind={kind} onClose={onClose} />}
    </Modal>
  );
}

function Content({ kind, onClose }: Omit<Props, 'opened'>) {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  const taken = new Set(
    [...(useLatest(kind).data ?? []), ...(useDrafts().data ?? [])].map((each) => each.key),
  );
  const [name, setName] = useState('');
  const [typedKey, setTypedKey] = useState<string | null>(null);
  const key = typedKey ?? (kind === 'form' ? '' : keyFrom(name));
  const making = useMutation({
    mutationFn: () =>
      saveDraft(kind, key, { content: TEMPLATES[kind](key, name.trim() || key), based_on: null }, null),
    onSuccess: () => navigate(editorAddress(kind, key)),
  });
  const wrong =
    key === ''
      ? null
      : taken.has(key)
        ? t('new.taken')
        : LEGAL[kind].test(key)
          ? null
          : t(`new.illegal_${kind}`);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (key !== '' && !wrong) making.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('new.name')}
          value={name}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('new.key')}
          description={t(`new.keyHint_${kind}`)}
          required
          value={key}
          error={wrong}
          spellCheck={false}
          onChange={(event) => setTypedKey(event.currentTarget.value)}
        />
        {making.error && <ProblemAlert problem={making.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('cancel', { ns: 'common' })}
          </Button>
          <Button type="submit" disabled={key === '' || wrong !== null} loading={making.isPending}>
            {t('new.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A key from a name: words joined by lines below, in small letters. */
function keyFrom(name: string): string {
  const words =
    name
      .trim()
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const key = words.join('_');
  return /^\p{N}/u.test(key) ? `_${key}` : key;
}
