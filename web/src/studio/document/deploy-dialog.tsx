/** The last look before a deployment: what goes live together, what the check says of it, and why. */
import { Alert, Button, Checkbox, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ProblemEntry } from '../../api/problem';
import { Icon } from '../../ui/icon';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { deleteDraft, deploy, readDraft, type Deployed, type DeployFile } from './api';
import { names, type Companion } from './companions';
import { Entry } from './problems';
import { useCheck } from './use-check';
import classes from './deploy-dialog.module.css';

const LONGEST_REASON = 1000;

interface Props {
  opened: boolean;
  onClose: () => void;
  /** What is deployed in any case. */
  file: DeployFile;
  /** Other drafts, which may go with it. */
  others: Companion[];
  nameOf: (entry: ProblemEntry) => string;
  onReveal: (entry: ProblemEntry) => void;
  onDeployed: (definitions: Deployed[]) => void;
}

export function DeployDialog(props: Props) {
  const { t } = useTranslation('studio');
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('deploy.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      {props.opened && <Content {...props} />}
    </Modal>
  );
}

function Content({ file, others, nameOf, onReveal, onClose, onDeployed }: Props) {
  const { t } = useTranslation('studio');
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [left, setLeft] = useState<string[]>(() =>
    others.filter((each) => !names(file.content, each.key)).map((each) => each.file.path),
  );
  const chosen = others.filter((each) => !left.includes(each.file.path));
  const files = [file, ...chosen.map((each) => each.file)];
  const { findings, isChecking, failure } = useCheck(files);
  const sending = useMutation({
    mutationFn: () => deploy(files, reason.trim()),
    onSuccess: async (definitions) => {
      await Promise.all(chosen.map(forgetDraft));
      onDeployed(definitions);
      await client.invalidateQueries();
      for (const { kind, key, version } of definitions) {
        notifyDone(
          kind === 'process' ? t('deploy.live', { key, version }) : t('deploy.done', { key, version }),
        );
      }
      onClose();
    },
  });
  const problems = findings?.problems ?? [];
  const warnings = findings?.warnings ?? [];
  const ready = findings !== null && !isChecking && problems.length === 0 && reason.trim() !== '';
  const reveal = (entry: ProblemEntry) => {
    onClose();
    onReveal(entry);
  };
  return (
    <Stack gap="md">
      {others.length > 0 && (
        <fieldset className={classes.together}>
          <legend>{t('deploy.together')}</legend>
          {others.map((each) => (
            <Checkbox
              key={each.file.path}
              size="sm"
              label={`${each.key} (${t(`one.${each.kind}`)}, ${t('deploy.savedBy', { name: each.updatedBy })})`}
              checked={!left.includes(each.file.path)}
              onChange={(event) => {
                const wanted = event.currentTarget.checked;
                setLeft(wanted ? left.filter((path) => path !== each.file.path) : [...left, each.file.path]);
              }}
            />
          ))}
        </fieldset>
      )}
      {findings && problems.length === 0 && (
        <div>
          <Text fw={600}>{t('deploy.what')}</Text>
          <List size="sm" mt={4}>
            {findings.definitions.map(({ kind, key, version }) => (
              <List.Item key={`${kind} ${key}`}>
                {t('deploy.becomes', { key, version, kind: t(`one.${kind as Companion['kind']}`) })}
              </List.Item>
            ))}
          </List>
          {findings.definitions.some(({ kind }) => kind === 'process') && (
            <Text size="sm" c="dimmed" mt={4}>
              {t('deploy.running')}
            </Text>
          )}
        </div>
      )}
      {problems.length > 0 && (
        <Alert
          color="red"
          icon={<Icon name="alert" />}
          title={t('deploy.notYet', { count: problems.length })}
        >
          <ul className={classes.entries}>
            {problems.map((entry, index) => (
              <Entry key={index} entry={entry} kind="problem" name={nameOf(entry)} onReveal={reveal} />
            ))}
          </ul>
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert
          color="amber"
          icon={<Icon name="alert" />}
          title={t('check.warnings', { count: warnings.length })}
        >
          <ul className={classes.entries}>
            {warnings.map((entry, index) => (
              <Entry key={index} entry={entry} kind="warning" name={nameOf(entry)} onReveal={reveal} />
            ))}
          </ul>
        </Alert>
      )}
      <Textarea
        label={t('deploy.reason')}
        description={t('deploy.reasonHint')}
        required
        autosize
        minRows={2}
        maxLength={LONGEST_REASON}
        value={reason}
        data-autofocus
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {failure && <ProblemAlert problem={failure} />}
      {sending.error && <ProblemAlert problem={sending.error} />}
      <Group justify="end">
        <Button variant="default" onClick={onClose}>
          {t('cancel', { ns: 'common' })}
        </Button>
        <Button disabled={!ready} loading={sending.isPending} onClick={() => sending.mutate()}>
          {t('deploy.action')}
        </Button>
      </Group>
    </Stack>
  );
}

/** What was deployed from a draft needs it no more, unless somebody has gone on with it meanwhile. */
async function forgetDraft({ kind, key, file }: Companion): Promise<void> {
  const draft = await readDraft(kind, key).catch(() => null);
  if (draft?.content === file.content) await deleteDraft(kind, key, draft.tag).catch(() => undefined);
}
