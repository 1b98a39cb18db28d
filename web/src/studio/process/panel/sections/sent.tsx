/** Messages and signals: the name by which they are sent or waited for, and what they bring. */
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Declared, Place } from '../../model';
import {
  beginsProcess,
  child,
  declarations,
  definition,
  extension,
  MESSAGE,
  refer,
  setExtension,
  setExtensions,
  SIGNAL,
  text,
  throws,
} from '../../model';
import { PickField } from '../fields/pick-field';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';
import { isJob } from './service';

const CORRELATION = 'baton:Correlation';
const PAYLOAD = 'baton:Payload';

/** Where it stands: it waits in a case, begins one, or sends. */
type Role = 'catch' | 'start' | 'throw';
type Payload = 'none' | 'fields' | 'variable';

interface Sent {
  id: 'message' | 'signal';
  kind: 'Message' | 'Signal';
  declared: Declared;
  example: string;
}

function section(sent: Sent, tasks: (owner: Moddle) => boolean): Section {
  const { id, kind, declared, example } = sent;

  function Fields({ place }: SectionProps) {
    const { t } = useTranslation('studio');
    const at: Place = { ...place, owner: definition(place.owner, kind) ?? place.owner };
    const role = roleOf(place.owner);
    return (
      <>
        <PickField
          label={t(`sent.name.${id}`)}
          description={t(`sent.nameHint.${id}.${role}`)}
          example={example}
          value={text(child(at.owner, declared.reference), 'name')}
          suggestions={declarations(place.element, declared).map((each) => ({
            value: text(each, 'name'),
            label: text(each, 'name'),
          }))}
          onCommit={(name) => {
            refer(at, declared, name);
          }}
        />
        {id === 'message' && <Correlation place={at} role={role} />}
        <Brought place={at} role={role} />
      </>
    );
  }

  return {
    id,
    isFor: (owner) => Boolean(definition(owner, kind)) || tasks(owner),
    Fields,
    isUsed: () => true,
  };
}

interface PartProps {
  place: Place;
  role: Role;
}

/** What begins a case has no key; one that a file has there is shown, so that it can be taken away. */
function Correlation({ place, role }: PartProps) {
  const { t } = useTranslation('studio');
  const key = text(extension(place.owner, CORRELATION), 'key');
  if (role === 'start' && !key) return null;
  return (
    <TextField
      label={t('sent.correlation')}
      description={t(`sent.correlationHint.${role}`)}
      example="${case_number}"
      value={key}
      code
      onCommit={(changed) => {
        setExtension(place, CORRELATION, { key: changed });
      }}
    />
  );
}

function Brought({ place, role }: PartProps) {
  const { t } = useTranslation('studio');
  const payload = extension(place.owner, PAYLOAD);
  const chosen: Payload = payload ? (text(payload, 'variable') ? 'variable' : 'fields') : 'none';
  const sends = role === 'throw';
  // Fields of what? A file may say so where something is sent; it is shown, so that it can be mended.
  const offered = PAYLOADS.filter((each) => !sends || each !== 'fields' || each === chosen);
  return (
    <>
      <Select
        size="xs"
        label={t(sends ? 'sent.sends' : 'sent.payload')}
        data={offered.map((each) => ({
          value: each,
          label: t(sends && each === 'variable' ? 'sent.sends_variable' : `sent.payload_${each}`),
        }))}
        value={chosen}
        allowDeselect={false}
        onChange={(next) => {
          setExtensions(place, PAYLOAD, WRITTEN[next ?? 'none']);
        }}
      />
      {chosen === 'variable' && (
        <TextField
          label={t('sent.variable')}
          description={sends ? t('sent.variableHint') : undefined}
          value={text(payload, 'variable')}
          code
          onCommit={(variable) => {
            setExtensions(place, PAYLOAD, variable ? [{ variable }] : WRITTEN[sends ? 'none' : 'fields']);
          }}
        />
      )}
    </>
  );
}

const PAYLOADS = ['none', 'fields', 'variable'] as const;
const WRITTEN: Record<Payload, Record<string, unknown>[]> = {
  none: [],
  fields: [{}],
  variable: [{ variable: 'message' }],
};

function roleOf(owner: Moddle): Role {
  if (throws(owner)) return 'throw';
  return beginsProcess(owner) ? 'start' : 'catch';
}

export const message = section(
  { id: 'message', kind: 'Message', declared: MESSAGE, example: 'incident.continue' },
  (owner) => is(owner, 'bpmn:ReceiveTask') || (is(owner, 'bpmn:SendTask') && !isJob(owner)),
);
export const signal = section(
  { id: 'signal', kind: 'Signal', declared: SIGNAL, example: 'network.restored' },
  () => false,
);
