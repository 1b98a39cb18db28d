/** A form of an earlier version: the form itself and the document it was made from. */
import { Code } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './form-studio.module.css';
import { parseForm } from './parse';
import Preview from './preview';

export default function FormDocumentView({ content }: { content: string }) {
  const { t } = useTranslation('studio');
  const { document } = parseForm(content);
  return (
    <div className={classes.columns}>
      <section className={classes.side} aria-label={t('formEditor.code')}>
        <Code block>{content}</Code>
      </section>
      <section className={classes.side} aria-label={t('formEditor.preview')}>
        {document && <Preview document={document} />}
      </section>
    </div>
  );
}
