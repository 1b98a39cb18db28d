/** Trying a decision out as it stands in the editor: variables in, what it decides, and by which rules. */
import { Button, Code, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { ProblemAlert } from '../../ui/problem-alert';

interface Props {
  decisionKey: string;
  /** The file as it is at this moment, deployed or not. */
  file: () => Promise<string>;
}

export function Trial({ decisionKey, file }: Props) {
  const { t } = useTranslation('studio');
  const [typed, setTyped] = useState('{}');
  const variables = objectIn(typed);
  const trial = useMutation({
    mutationFn: async (given: Record<string, unknown>) =>
      answer(
        api.POST('/api/v1/decision-definitions/{key}/evaluate', {
          params: { path: { key: decisionKey } },
          body: { variables: given, xml: await file() },
        }),
      ),
  });
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600} component="h2" size="md" m={0}>
          {t('decision.tryTitle')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('decision.tryHint')}
        </Text>
      </div>
      <Textarea
        size="xs"
        autosize
        minRows={4}
        label={t('decision.tryVariables')}
        description={t('decision.tryJson')}
        value={typed}
        error={variables ? null : t('decision.tryBad')}
        spellCheck={false}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button
        size="xs"
        disabled={!variables}
        loading={trial.isPending}
        onClick={() => variables && trial.mutate(variables)}
      >
        {t('decision.tryAction')}
      </Button>
      <div role="status">
        {trial.data && (
          <Stack gap={4}>
            <Text size="sm" fw={600}>
              {t('decision.tryResult')}
            </Text>
            <Code block>{JSON.stringify(trial.data.result, null, 2)}</Code>
            <Text size="xs" c="dimmed">
              {trial.data.matched.length > 0
                ? t('decision.tryRules', { rules: trial.data.matched.join(', ') })
                : t('decision.tryNone')}
            </Text>
          </Stack>
        )}
      </div>
      {trial.error && <ProblemAlert problem={trial.error} />}
    </Stack>
  );
}

/** The object a text is; null when it is none. */
function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
