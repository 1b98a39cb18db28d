import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { extension, setExtension, text } from '../../model';
import { TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

const RECORD = 'baton:Record';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const record = extension(place.owner, RECORD);
  const put = (name: string) => (value: string) => {
    setExtension(place, RECORD, { [name]: value });
  };
  return (
    <>
      <TextField
        label={t('record.prefix')}
        description={t('record.prefixHint')}
        example="INC"
        value={text(record, 'prefix')}
        onCommit={put('prefix')}
        code
      />
      <TextField
        label={t('record.title')}
        description={t('record.titleHint')}
        example="${title}"
        value={text(record, 'title')}
        onCommit={put('title')}
        code
      />
      <TextField
        label={t('record.priority')}
        example="${priority}"
        value={text(record, 'priority')}
        onCommit={put('priority')}
        code
      />
      <TextField
        label={t('record.service')}
        example="${service}"
        value={text(record, 'service')}
        onCommit={put('service')}
        code
      />
      <TextField
        label={t('record.requester')}
        example="${requester}"
        value={text(record, 'requester')}
        onCommit={put('requester')}
        code
      />
    </>
  );
}

export const record: Section = {
  id: 'record',
  isFor: (owner) => is(owner, 'bpmn:Process'),
  Fields,
  isUsed: ({ owner }) => Boolean(extension(owner, RECORD)),
};
