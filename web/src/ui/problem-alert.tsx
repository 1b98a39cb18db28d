/** What went wrong, where it happened, with the way on. */
import { Alert, Button, List, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Problem, ProblemEntry } from '../api/problem';
import { useSentence } from '../i18n/sentence';
import { Icon } from './icon';

interface Props {
  problem: Problem;
  /** Trying again may help: what to do then. */
  retry?: () => void;
}

export function ProblemAlert({ problem, retry }: Props) {
  const { t } = useTranslation();
  const say = useSentence();
  const isAmongEntries = problem.entries.some(({ detail }) => detail === problem.detail);
  return (
    <Alert color="red" role="alert" icon={<Icon name="alert" />} title={problemTitle(problem, t)}>
      {problem.detail && !isAmongEntries && <Text>{problem.detail}</Text>}
      {problem.entries.length > 0 && (
        <List size="sm" mt="xs">
          {problem.entries.map((entry, index) => (
            <List.Item key={index}>
              <strong>{placeOf(entry)}</strong> {say(entry)}
            </List.Item>
          ))}
        </List>
      )}
      {problem.status >= 500 && problem.requestId && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('problem.requestId', { id: problem.requestId })}
        </Text>
      )}
      {retry && (
        <Button mt="sm" variant="default" leftSection={<Icon name="refresh" size={16} />} onClick={retry}>
          {t('retry')}
        </Button>
      )}
    </Alert>
  );
}

function placeOf({ file, element, pointer }: ProblemEntry): string {
  return [file, element, pointer?.replace('#/', '')].filter(Boolean).join(' · ');
}

/** A problem in the reader's words, by its kind; `detail` says more, in the server's. */
export function problemTitle(problem: Problem, t: TFunction): string {
  if (problem.isLostConnection) return t('problem.lost');
  if (problem.isUnavailable) return t('problem.unavailable');
  switch (problem.status) {
    case 401:
      return t('problem.signedOut');
    case 403:
      return t('problem.forbidden');
    case 404:
      return t('problem.notFound');
    case 409:
      return t('problem.conflict');
    case 412:
      return t('problem.changed');
    case 422:
      return t('problem.invalid');
    case 429:
      return t('problem.tooMany');
    default:
      return t('problem.unexpected');
  }
}
