/** Errors and escalations: a code that is thrown, or caught further out. */
import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import type { Declared, Place } from '../../model';
import { child, declarations, definition, ERROR, ESCALATION, refer, set, text } from '../../model';
import { PickField } from '../fields/pick-field';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

interface Thrown {
  kind: 'Error' | 'Escalation';
  declared: Declared;
  /** The attributes that take what was caught into variables. */
  variables: readonly string[];
}

const ERRORS: Thrown = {
  kind: 'Error',
  declared: ERROR,
  variables: ['errorCodeVariable', 'errorMessageVariable'],
};
const ESCALATIONS: Thrown = {
  kind: 'Escalation',
  declared: ESCALATION,
  variables: ['escalationCodeVariable'],
};

function section(thrown: Thrown): Section {
  const { kind, declared, variables } = thrown;

  function Fields({ place }: SectionProps) {
    const { t } = useTranslation('studio');
    const at: Place = { ...place, owner: definition(place.owner, kind) ?? place.owner };
    const catches = is(place.owner, 'bpmn:CatchEvent');
    return (
      <>
        <PickField
          label={t('thrown.code')}
          description={catches ? t('thrown.catchHint') : t('thrown.throwHint')}
          value={text(child(at.owner, declared.reference), declared.key)}
          suggestions={declarations(place.element, declared).map((each) => ({
            value: text(each, declared.key),
            label: text(each, 'name'),
          }))}
          onCommit={(code) => {
            refer(at, declared, code);
          }}
        />
        {catches &&
          variables.map((name) => (
            <TextField
              key={name}
              label={name.includes('Message') ? t('thrown.messageVariable') : t('thrown.codeVariable')}
              value={text(at.owner, `camunda:${name}`)}
              code
              onCommit={(variable) => {
                set(at, { [`camunda:${name}`]: variable });
              }}
            />
          ))}
      </>
    );
  }

  return {
    id: kind === 'Error' ? 'error' : 'escalation',
    isFor: (owner) => Boolean(definition(owner, kind)),
    Fields,
    isUsed: () => true,
  };
}

export const error = section(ERRORS);
export const escalation = section(ESCALATIONS);
