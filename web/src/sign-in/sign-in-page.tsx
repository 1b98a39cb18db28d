/** The way in. */
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import type { Problem } from '../api/problem';
import { useSession, useSignIn } from '../api/session';
import { ColourChoice, LanguageChoice } from '../shell/preferences';
import { Icon } from '../ui/icon';
import { Mark } from '../ui/mark';
import { ProblemAlert } from '../ui/problem-alert';
import classes from './sign-in-page.module.css';

export default function SignInPage() {
  const { t } = useTranslation('signIn');
  const [query] = useSearchParams();
  const session = useSession();
  const next = query.get('next');
  if (session.data) return <Navigate to={isOurs(next) ? next : '/'} replace />;
  return (
    <main className={classes.page}>
      <title>{`${t('title')} · Baton`}</title>
      <div className={classes.words}>
        <Mark size={52} />
        <Title order={1} className={classes.name}>
          Baton
        </Title>
        <Text c="dimmed">{t('motto')}</Text>
      </div>
      <Paper className={classes.card}>
        {next !== null && !session.isPending && (
          <Alert color="amber" icon={<Icon name="clock" />} mb="md">
            {t('ended')}
          </Alert>
        )}
        <Credentials />
      </Paper>
      <div className={classes.preferences}>
        <LanguageChoice personId={null} />
        <ColourChoice />
      </div>
    </main>
  );
}

function Credentials() {
  const { t } = useTranslation('signIn');
  const signIn = useSignIn();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    signIn.mutate({ username: username.trim(), password });
  };
  return (
    <form onSubmit={send} aria-label={t('title')}>
      <Stack gap="md">
        {signIn.error && <Refusal problem={signIn.error} />}
        <TextInput
          label={t('username')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          // The one thing to do on this page.
          data-autofocus
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
          }}
        />
        <PasswordInput
          label={t('password')}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
        />
        <Button type="submit" size="md" fullWidth loading={signIn.isPending}>
          {t('submit')}
        </Button>
      </Stack>
    </form>
  );
}

function Refusal({ problem }: { problem: Problem }) {
  const { t } = useTranslation('signIn');
  if (problem.status === 401) return <Refused>{t('wrong')}</Refused>;
  if (problem.status === 429) {
    return <Refused>{t('locked', { count: Math.ceil((problem.retryAfter ?? 60) / 60) })}</Refused>;
  }
  return <ProblemAlert problem={problem} />;
}

function Refused({ children }: { children: string }) {
  return (
    <Alert color="red" role="alert" icon={<Icon name="alert" />}>
      {children}
    </Alert>
  );
}

// Only paths of ours: nobody is sent elsewhere by a link that somebody made for her.
function isOurs(path: string | null): path is string {
  return path !== null && new URL(path, window.location.origin).origin === window.location.origin;
}
