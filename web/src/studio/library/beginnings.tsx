/** What lets cases of a process begin by itself: times, messages and signals. */
import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProcessDefinition, useStarts, type Start } from '../../api/process-definitions';
import { useNamesOf } from '../../cases/use-steps';
import { useSentence } from '../../i18n/sentence';
import { Icon, type IconName } from '../../ui/icon';
import { Instant } from '../../ui/instant';
import { Badged } from '../../ui/state-badge';
import classes from './library.module.css';

/** Nothing for a process that only people and other processes start. */
export function Beginnings({ process }: { process: string }) {
  const { t } = useTranslation('studio');
  const latest = useProcessDefinition(process).data;
  const { data: starts = [] } = useStarts(process);
  const [names] = useNamesOf(latest && starts.length > 0 ? [{ key: process, version: latest.version }] : []);
  if (!latest || starts.length === 0) return null;
  return (
    <section className={classes.beginnings} aria-labelledby="beginnings">
      <Title order={2} id="beginnings" size="h4">
        {t('begins.title')}
      </Title>
      <ul>
        {starts.map((start) => (
          <Beginning key={start.element} start={start} name={names?.get(start.element) ?? start.element} />
        ))}
      </ul>
      <Text size="sm" c="dimmed">
        {t(latest.plain_start ? 'begins.alsoByHand' : 'begins.onlyByItself')}
      </Text>
    </section>
  );
}

const ICONS: Record<Start['kind'], IconName> = { timer: 'clock', message: 'mail', signal: 'bell' };

function Beginning({ start, name }: { start: Start; name: string }) {
  const { t } = useTranslation('studio');
  const { kind, due_at, cause } = start;
  const say = useSentence();
  return (
    <li>
      <Icon name={ICONS[kind]} size={16} />
      <span>
        <strong>{name}</strong>
        {' · '}
        {kind !== 'timer' && t(`begins.${kind}`, { name: start.name })}
        {kind === 'timer' &&
          (due_at === null ? (
            t('begins.over')
          ) : (
            <>
              {t('begins.next')} <Instant at={due_at} as="exact" />
            </>
          ))}{' '}
        {cause !== null && (
          <Badged tone="bad" icon="alert">
            {t('begins.failed', { error: say(cause) })}
          </Badged>
        )}
      </span>
    </li>
  );
}
