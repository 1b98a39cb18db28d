/** What people call a document, in both languages. */
import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './fields.module.css';
import { changed, textOf, type FormProps } from './form';

const CHINESE = 'zh-CN';

export function NamesFields({ document, onChange }: FormProps) {
  const { t } = useTranslation('serviceLevels');
  const { [CHINESE]: chinese = '', ...others } = document.names ?? {};
  return (
    <div className={classes.pair}>
      <TextInput
        label={t('name')}
        value={textOf(document.name)}
        onChange={(event) => onChange(changed(document, { name: event.currentTarget.value }))}
      />
      <TextInput
        label={t('nameChinese')}
        lang={CHINESE}
        value={chinese}
        onChange={(event) => {
          const written = event.currentTarget.value;
          const names = written === '' ? others : { ...others, [CHINESE]: written };
          onChange(changed(document, { names: Object.keys(names).length > 0 ? names : undefined }));
        }}
      />
    </div>
  );
}
