/** When a task is due; one that is late says so in a word, not only in a colour. */
import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNow } from '../time';
import { Instant } from '../ui/instant';
import { Badged } from '../ui/state-badge';

export function Due({ at }: { at: string | null }) {
  const { t } = useTranslation('work');
  const now = useNow();
  if (at === null) return null;
  const late = Date.parse(at) < now;
  return (
    <Group gap={6} wrap="nowrap" component="span">
      {late && (
        <Badged tone="bad" icon="clock">
          {t('overdue')}
        </Badged>
      )}
      <Instant at={at} />
    </Group>
  );
}
