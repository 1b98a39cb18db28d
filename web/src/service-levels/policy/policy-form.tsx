/** A policy: its targets, and in a sentence what they would mean for a case. */
import { Accordion, Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDefinitionName } from '../../api/process-definitions';
import { useDocumentName } from '../../api/service-levels';
import { ofTarget } from '../../clocks/remaining';
import { useClockName } from '../../clocks/use-clock-name';
import { Icon } from '../../ui/icon';
import classes from '../fields.module.css';
import { changed, type FormProps } from '../form';
import { NamesFields } from '../names-fields';
import { AgreementPick, CalendarPick, ProcessPick, ServicePick } from '../picks';
import styles from './policy.module.css';
import { Sentence } from './sentence';
import { SpanField } from './span-field';
import type { Target } from './target';
import { ThresholdsField } from './thresholds-field';

const PRIORITIES = ['1', '2', '3', '4'];

export function PolicyForm(props: FormProps) {
  const { t } = useTranslation('serviceLevels');
  const { id, document, onChange } = props;
  const [open, setOpen] = useState<string | null>(null);
  const targets = (document.targets as Target[] | undefined) ?? [];
  const put = (next: Target[]) => onChange(changed(document, { targets: next }));
  const headline = useHeadline();
  return (
    <>
      <Sentence id={id} document={document} targets={targets} />
      <NamesFields {...props} />
      <fieldset className={classes.plain}>
        <legend>{t('targets')}</legend>
        <p className={classes.hint}>{t('targetsHint')}</p>
        <Accordion variant="contained" value={open} onChange={setOpen} order={2}>
          {targets.map((target, index) => (
            <Accordion.Item key={index} value={String(index)}>
              <Accordion.Control>{headline(target)}</Accordion.Control>
              <Accordion.Panel>
                {open === String(index) && (
                  <TargetFields
                    target={target}
                    onChange={(entries) => {
                      put(targets.map((one, at) => (at === index ? { ...one, ...entries } : one)));
                    }}
                    onRemove={() => {
                      put(targets.filter((_, at) => at !== index));
                      setOpen(null);
                    }}
                  />
                )}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Button
          variant="default"
          mt="xs"
          leftSection={<Icon name="plus" size={16} />}
          onClick={() => {
            put([...targets, { ...targets.at(-1), priority: null, thresholds: [] }]);
            setOpen(String(targets.length));
          }}
        >
          {t('addTarget')}
        </Button>
      </fieldset>
    </>
  );
}

/** A target in a line: for which cases, how long, and by which calendar. */
function useHeadline(): (target: Target) => string {
  const { t, i18n } = useTranslation('serviceLevels');
  const clockOf = useClockName();
  const processOf = useDefinitionName();
  const serviceOf = useDocumentName('services');
  const agreementOf = useDocumentName('agreements');
  const calendarOf = useDocumentName('calendars');
  return ({
    clock = '',
    process,
    service,
    agreement,
    priority,
    target = '',
    calendar = '',
    thresholds = [],
  }) => {
    const about = [
      process ? processOf(process) : t('anyProcess'),
      priority ? `P${priority}` : '',
      service ? serviceOf(service) : '',
      agreement ? agreementOf(agreement) : '',
    ];
    const line = [clockOf(clock), ...about.filter(Boolean)].join(' · ');
    const points = thresholds.map(({ at }) => pointIn(at, i18n.language)).join(', ');
    const promise = `${ofTarget(target, i18n.language)}, ${calendarOf(calendar)}`;
    return `${line}: ${promise}${points === '' ? '' : ` (${points})`}`;
  };
}

/** `75%` as it is, and what lies before or after the target as how far: −30m, +2h. */
function pointIn(at: string, language: string): string {
  const [side, span] = at.split('.');
  if (span === undefined) return at;
  return `${side === 'before' ? '−' : '+'}${ofTarget(span, language)}`;
}

interface TargetProps {
  target: Target;
  onChange: (entries: Partial<Target>) => void;
  onRemove: () => void;
}

function TargetFields({ target, onChange, onRemove }: TargetProps) {
  const { t } = useTranslation('serviceLevels');
  return (
    <div className={styles.target}>
      <div className={classes.pair}>
        <TextInput
          label={t('clock')}
          description={t('clockHint')}
          value={target.clock ?? ''}
          spellCheck={false}
          onChange={(event) => onChange({ clock: event.currentTarget.value })}
        />
        <ProcessPick
          label={t('process')}
          value={target.process ?? ''}
          onChange={(process) => onChange({ process })}
        />
        <NativeSelect
          label={t('priority')}
          data={[
            { value: '', label: t('anyPriority') },
            ...PRIORITIES.map((one) => ({ value: one, label: `P${one}` })),
          ]}
          value={target.priority == null ? '' : String(target.priority)}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            onChange({ priority: chosen === '' ? null : Number(chosen) });
          }}
        />
        <ServicePick
          label={t('service')}
          value={target.service ?? ''}
          onChange={(service) => onChange({ service })}
        />
        <AgreementPick
          label={t('agreement')}
          value={target.agreement ?? ''}
          onChange={(agreement) => onChange({ agreement })}
        />
        <CalendarPick
          label={t('calendar')}
          value={target.calendar ?? ''}
          onChange={(calendar) => onChange({ calendar: calendar ?? '' })}
        />
      </div>
      <SpanField label={t('target')} value={target.target} onChange={(next) => onChange({ target: next })} />
      <ThresholdsField
        thresholds={target.thresholds ?? []}
        onChange={(thresholds) => onChange({ thresholds })}
      />
      <Button variant="subtle" color="red" w="max-content" onClick={onRemove}>
        {t('removeTarget')}
      </Button>
    </div>
  );
}
