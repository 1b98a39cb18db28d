/** The form editor in its frame: the document on one side, the form on the other. */
import { Alert, Text } from '@mantine/core';
import { useDeferredValue, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../../api/problem';
import { Icon } from '../../ui/icon';
import { Frame } from '../document/frame';
import { useCheck } from '../document/use-check';
import type { EditedDocument } from '../document/use-document';
import { newFile } from '../kinds';
import { CodeEditor } from './code-editor';
import classes from './form-studio.module.css';
import { locate } from './locate';
import { parseForm } from './parse';
import Preview from './preview';

export function FormStudio({ document }: { document: EditedDocument }) {
  const { t } = useTranslation('studio');
  const [editor, setEditor] = useState<CodeEditor | null>(null);
  const { opened, change } = document;

  const label = t('formEditor.code');
  const mount = useCallback(
    (container: HTMLDivElement) => {
      const made = new CodeEditor(container, opened.content, label, change);
      setEditor(made);
      return () => made.close();
    },
    [opened, label, change],
  );

  const shown = useDeferredValue(document.content);
  const parsed = useMemo(() => parseForm(shown), [shown]);
  const file = document.latest?.file ?? newFile('form', document.key);
  const files = useMemo(() => [{ path: file, content: document.content }], [file, document.content]);
  const checked = useCheck(files);
  const reveal = (entry: ProblemEntry) => editor?.reveal(placeOf(entry, document.content));

  return (
    <Frame
      document={document}
      title={document.key}
      file={file}
      checked={checked}
      onReveal={reveal}
      nameOf={(entry) => entry.pointer ?? entry.element ?? ''}
      undo={() => editor?.undo()}
      redo={() => editor?.redo()}
      tools={[
        {
          icon: 'undo',
          label: t('tool.undo'),
          shortcut: 'Ctrl+Z',
          disabled: !editor?.canUndo,
          act: () => editor?.undo(),
        },
        {
          icon: 'redo',
          label: t('tool.redo'),
          shortcut: 'Ctrl+Y',
          disabled: !editor?.canRedo,
          act: () => editor?.redo(),
        },
      ]}
    >
      <div className={classes.columns}>
        <div className={classes.code}>
          <div className={classes.text} ref={mount} />
          {parsed.fault && (
            <Alert color="red" radius={0} py={6} icon={<Icon name="alert" />} role="status">
              {t('formEditor.notJson', parsed.fault)}
            </Alert>
          )}
        </div>
        <section className={classes.side} aria-label={t('formEditor.preview')}>
          {parsed.document ? (
            <Preview document={parsed.document} />
          ) : (
            <Text c="dimmed">{t('formEditor.noPreview')}</Text>
          )}
        </section>
      </div>
    </Frame>
  );
}

/** Where in the text an entry of the check is: it tells a line, or a place in the document. */
function placeOf({ line, values, pointer, element }: ProblemEntry, text: string): number {
  if (line) {
    const before = text.split('\n').slice(0, line - 1);
    return before.reduce((total, each) => total + each.length + 1, 0);
  }
  return locate(text, typeof values?.place === 'string' ? values.place : (pointer ?? element ?? ''));
}
