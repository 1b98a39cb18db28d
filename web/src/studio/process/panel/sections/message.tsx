import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

import type { Moddle } from '../../diagram';
import { is } from '../../diagram';
import type { Place } from '../../model';
import {
  child,
  declarations,
  definition,
  extension,
  MESSAGE,
  refer,
  setExtension,
  setExtensions,
  text,
} from '../../model';
import { PickField } from '../fields/pick-field';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

const CORRELATION = 'baton:Correlation';
const PAYLOAD = 'baton:Payload';

type Taking = 'none' | 'fields' | 'variable';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const at: Place = { ...place, owner: holder(place.owner) };
  const payload = extension(at.owner, PAYLOAD);
  const taking: Taking = payload ? (text(payload, 'variable') ? 'variable' : 'fields') : 'none';
  return (
    <>
      <PickField
        label={t('message.name')}
        description={t('message.nameHint')}
        example="incident.continue"
        value={text(child(at.owner, 'messageRef'), 'name')}
        suggestions={declarations(place.element, MESSAGE).map((each) => ({
          value: text(each, 'name'),
          label: text(each, 'name'),
        }))}
        onCommit={(name) => {
          refer(at, MESSAGE, name);
        }}
      />
      <TextField
        label={t('message.correlation')}
        description={t('message.correlationHint')}
        example="${case_number}"
        value={text(extension(at.owner, CORRELATION), 'key')}
        code
        onCommit={(key) => {
          setExtension(at, CORRELATION, { key });
        }}
      />
      <Select
        size="xs"
        label={t('message.payload')}
        data={(['none', 'fields', 'variable'] as const).map((each) => ({
          value: each,
          label: t(`message.payload_${each}`),
        }))}
        value={taking}
        allowDeselect={false}
        onChange={(chosen) => {
          setExtensions(at, PAYLOAD, payloads[chosen ?? 'none']);
        }}
      />
      {taking === 'variable' && (
        <TextField
          label={t('message.variable')}
          value={text(payload, 'variable')}
          code
          onCommit={(variable) => {
            setExtensions(at, PAYLOAD, variable ? [{ variable }] : [{}]);
          }}
        />
      )}
    </>
  );
}

const payloads: Record<Taking, Record<string, unknown>[]> = {
  none: [],
  fields: [{}],
  variable: [{ variable: 'message' }],
};

/** Where a message is said: in an event's definition, or on the task itself. */
function holder(owner: Moddle): Moddle {
  return definition(owner, 'Message') ?? owner;
}

export const message: Section = {
  id: 'message',
  isFor: (owner) =>
    Boolean(definition(owner, 'Message')) || is(owner, 'bpmn:ReceiveTask') || is(owner, 'bpmn:SendTask'),
  Fields,
  isUsed: () => true,
};
