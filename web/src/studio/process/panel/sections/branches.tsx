import { Badge, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import { is, type Moddle } from '../../diagram';
import { kindOf } from '../../kinds';
import { child, expression, text } from '../../model';
import type { Section, SectionProps } from '../section';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { editor, element, owner } = place;
  const chosenByDefault = child(owner, 'default');
  return (
    <>
      <Text size="xs" c="dimmed">
        {is(owner, 'bpmn:InclusiveGateway') ? t('branches.inclusiveHint') : t('branches.hint')}
      </Text>
      <Stack gap={4} component="ol" m={0} p={0} ps="1.5rem">
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
                t('branches.to', { name: nameOf(line.target?.businessObject, t) })}
            </Button>
          </li>
        ))}
      </Stack>
    </>
  );
}

/** What stands there without a name is told by what it is. */
function nameOf(target: Moddle | undefined, t: ReturnType<typeof useTranslation<'studio'>>['t']): string {
  return target ? text(target, 'name') || t(`kind.${kindOf(target)}`) : '';
}

export const branches: Section = {
  id: 'branches',
  isFor: (owner) => is(owner, 'bpmn:ExclusiveGateway') || is(owner, 'bpmn:InclusiveGateway'),
  Fields,
  isUsed: () => true,
};
