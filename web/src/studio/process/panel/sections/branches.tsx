import { Badge, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { child, expression, text } from '../../model';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { editor, element, owner } = place;
  const chosenByDefault = child(owner, 'default');
  return (
    <>
      <Text size="xs" c="dimmed">
        {t('branches.hint')}
      </Text>
      <Stack gap={4} component="ol" m={0} p={0}>
        {element.outgoing.map((line) => (
          <li key={line.id}>
            <Button
              fullWidth
              size="compact-sm"
              variant="default"
              justify="space-between"
              onClick={() => {
                editor.reveal(line.id);
              }}
              rightSection={
                line.businessObject === chosenByDefault ? (
                  <Badge size="xs" variant="light">
                    {t('branches.default')}
                  </Badge>
                ) : null
              }
            >
              {text(line.businessObject, 'name') ||
                expression(line.businessObject, 'conditionExpression') ||
                t('branches.to', { name: text(line.target?.businessObject, 'name') || line.target?.id })}
            </Button>
          </li>
        ))}
      </Stack>
    </>
  );
}

export const branches: Section = {
  id: 'branches',
  isFor: (owner) => is(owner, 'bpmn:ExclusiveGateway'),
  Fields,
  isUsed: () => true,
};
