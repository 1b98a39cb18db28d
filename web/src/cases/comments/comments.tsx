/** What people say to each other about a case. */
import { Button, Group, Text, Textarea } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useComment, useComments, type Comment } from '../../api/process-instances';
import { hasRole, usePerson } from '../../api/session';
import { useDraft } from '../../drafts';
import { Instant } from '../../ui/instant';
import { Listed } from '../../ui/listed';
import { ProblemAlert } from '../../ui/problem-alert';
import classes from './comments.module.css';

const LONGEST = 10_000;

/** For the page of a case and beside its tasks; `instance` is the id of the case. */
export function Comments({ instance }: { instance: string }) {
  const { t } = useTranslation('cases');
  const me = usePerson();
  const add = useComment(instance);
  return (
    <div className={classes.comments}>
      <Listed
        expected={1}
        query={useComments(instance)}
        empty={add.isPending ? null : <Text c="dimmed">{t('comments.none')}</Text>}
      >
        {(comments) => (
          <ol className={classes.list}>
            {comments.map((comment) => (
              <One key={comment.id} comment={comment} />
            ))}
          </ol>
        )}
      </Listed>
      {add.isPending && (
        <div className={classes.comment} data-sending>
          <p className={classes.head}>
            <strong>{me.name}</strong>
            <span role="status">{t('comments.sending')}</span>
          </p>
          <p className={classes.text}>{add.variables}</p>
        </div>
      )}
      {hasRole(me, 'requester', 'agent', 'service-manager', 'process-owner') && (
        <Box instance={instance} add={add} />
      )}
    </div>
  );
}

function One({ comment }: { comment: Comment }) {
  const { t } = useTranslation('cases');
  return (
    <li className={classes.comment}>
      <p className={classes.head}>
        <strong>{comment.author?.name ?? t('comments.erased')}</strong>
        <Instant at={comment.created_at} />
      </p>
      <p className={classes.text}>{comment.text}</p>
    </li>
  );
}

interface BoxProps {
  instance: string;
  add: ReturnType<typeof useComment>;
}

/** What is typed stays until the server has it; sent again after a lost connection it is still said once. */
function Box({ instance, add }: BoxProps) {
  const { t } = useTranslation('cases');
  const hint = useId();
  const draft = useDraft<string>(`comment.${instance}`);
  const text = draft.value ?? '';
  const send = () => {
    if (text.trim() !== '' && !add.isPending) add.mutate(text, { onSuccess: draft.discard });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        label={t('comments.yours')}
        aria-describedby={hint}
        autosize
        minRows={2}
        maxRows={12}
        maxLength={LONGEST}
        value={add.isPending ? '' : text}
        readOnly={add.isPending}
        onChange={(event) => draft.keep(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            send();
          }
        }}
      />
      {add.error && (
        <div className={classes.problem}>
          <ProblemAlert problem={add.error} />
        </div>
      )}
      <Group justify="space-between" mt="xs">
        <Text size="sm" c="dimmed" id={hint}>
          {t('comments.keys')}
        </Text>
        <Button type="submit" variant="light" loading={add.isPending} disabled={text.trim() === ''}>
          {add.error?.isPassing ? t('comments.again') : t('comments.send')}
        </Button>
      </Group>
    </form>
  );
}
