/** Doing by hand what a program would: completing a job, or saying that it could not be done. */
import { Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCompleteJob, useFailJob, type Job } from '../../api/jobs';
import type { Variables } from '../../api/process-instances';
import { notifyDone } from '../../ui/notify';
import { ProblemAlert } from '../../ui/problem-alert';
import { ValuesField } from '../values-field';

interface Props {
  job: Job;
  onClose: () => void;
}

export function CompleteDialog({ job, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const [results, setResults] = useState<Variables | undefined>({});
  const complete = useCompleteJob(job.id);
  const send = () => {
    if (results === undefined) return;
    complete.mutate(results, {
      onSuccess: () => {
        notifyDone(t('jobs.completed'));
        onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('jobs.completeTitle', { topic: job.topic })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t('jobs.completeText')}</Text>
        {complete.error && <ProblemAlert problem={complete.error} />}
        <ValuesField label={t('jobs.results')} onChange={setResults} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button disabled={results === undefined} loading={complete.isPending} onClick={send}>
            {t('jobs.complete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function FailDialog({ job, onClose }: Props) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const [message, setMessage] = useState('');
  const [code, setCode] = useState('');
  const [again, setAgain] = useState(true);
  const fail = useFailJob(job.id);
  const send = () =>
    fail.mutate(
      { message, error_code: code.trim() || null, retry: again },
      {
        onSuccess: () => {
          notifyDone(t('jobs.failed'));
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('jobs.failTitle', { topic: job.topic })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <Stack>
        <Text>{t('jobs.failText')}</Text>
        {fail.error && <ProblemAlert problem={fail.error} />}
        <Textarea
          label={t('jobs.message')}
          autosize
          minRows={2}
          maxLength={2000}
          data-autofocus
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        <TextInput
          label={t('jobs.code')}
          description={t('jobs.codeHint')}
          maxLength={255}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Switch
          label={t('jobs.again')}
          checked={again}
          disabled={code.trim() !== ''}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button disabled={message.trim() === ''} loading={fail.isPending} onClick={send}>
            {t('jobs.fail')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
