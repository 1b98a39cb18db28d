import { useTranslation } from 'react-i18next';

import { is } from '../../diagram';
import { documentation, inLanguage, set, setDocumentation, setInLanguage, text } from '../../model';
import { TextArea, TextField } from '../fields/text-field';
import type { Section, SectionProps } from '../section';

/** The language an element may be named in beside the one the diagram is drawn in. */
const OTHER = 'zh-CN';
const NAME = 'baton:Name';
const DESCRIPTION = 'baton:Description';

function Fields({ place }: SectionProps) {
  const { t } = useTranslation('studio');
  const { owner, element } = place;
  const isNote = is(owner, 'bpmn:TextAnnotation');
  const isProcess = is(owner, 'bpmn:Process');
  return (
    <>
      {!isNote && (
        <TextField
          label={t('general.name')}
          value={text(owner, 'name')}
          onCommit={(name) => {
            set(place, { name });
          }}
        />
      )}
      {!isNote && (
        <TextField
          label={t('general.nameChinese')}
          lang={OTHER}
          value={text(inLanguage(owner, NAME, OTHER), 'text')}
          onCommit={(name) => {
            setInLanguage(place, NAME, OTHER, name);
          }}
        />
      )}
      {isNote && (
        <TextArea
          label={t('general.text')}
          value={text(owner, 'text')}
          onCommit={(words) => {
            set(place, { text: words });
          }}
        />
      )}
      <TextArea
        label={isProcess ? t('general.description') : t('general.documentation')}
        description={isProcess ? t('general.descriptionHint') : undefined}
        value={documentation(owner)}
        onCommit={(words) => {
          setDocumentation(place, words);
        }}
      />
      {isProcess && (
        <TextArea
          label={t('general.descriptionChinese')}
          lang={OTHER}
          value={text(inLanguage(owner, DESCRIPTION, OTHER), 'text')}
          onCommit={(words) => {
            setInLanguage(place, DESCRIPTION, OTHER, words);
          }}
        />
      )}
      <TextField
        label={isProcess ? t('general.key') : t('general.id')}
        description={isProcess ? t('general.keyHint') : undefined}
        value={text(owner, 'id') || element.id}
        readOnly
        code
        onCommit={() => undefined}
      />
    </>
  );
}

export const general: Section = { id: 'general', isFor: () => true, Fields, isUsed: () => true };
