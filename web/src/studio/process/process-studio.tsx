/** The process editor in its frame. */
import { ActionIcon, Alert, Tooltip } from '@mantine/core';
import i18next from 'i18next';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../../api/problem';
import { Icon } from '../../ui/icon';
import { names, useOtherDrafts } from '../document/companions';
import { Frame } from '../document/frame';
import { useCheck } from '../document/use-check';
import type { EditedDocument } from '../document/use-document';
import { newFile } from '../kinds';
import { ProcessEditor } from './editor';
import { text } from './model';
import { Panel } from './panel/panel';
import { SuggestionsContext } from './panel/suggestions';
import classes from './process-studio.module.css';
import { useServerSuggestions } from './use-suggestions';

/** How long drawing may go on before the file is written anew. */
const WRITE_AFTER_MS = 250;

export function ProcessStudio({ document }: { document: EditedDocument }) {
  const { t, i18n } = useTranslation('studio');
  const [editor, setEditor] = useState<ProcessEditor | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const [panelShown, setPanelShown] = useState(true);
  const suggestions = useServerSuggestions();
  const revision = useRevision(editor);

  const mount = useCallback((container: HTMLDivElement) => {
    const made = new ProcessEditor(container, () => i18next.language);
    setEditor(made);
    return () => made.close();
  }, []);

  // Another text to open: the first, an imported file, the draft of somebody else.
  const { opened, change } = document;
  useEffect(() => {
    if (!editor) return;
    editor.open(opened.content).then(
      () => setUnreadable(null),
      (reason: unknown) => setUnreadable(reason instanceof Error ? reason.message : String(reason)),
    );
  }, [editor, opened]);

  const settle = useCallback(async () => {
    if (editor) change(await editor.xml());
  }, [editor, change]);
  useEffect(() => {
    if (!editor || revision === 0 || unreadable) return undefined;
    const timer = window.setTimeout(() => void settle(), WRITE_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [editor, revision, settle, unreadable]);

  useEffect(() => editor?.retranslate(), [editor, i18n.language]);

  const file = document.latest?.file ?? newFile('process', document.key);
  const others = useOtherDrafts('process', document.key);
  const files = useMemo(
    () => [
      { path: file, content: document.content },
      ...others.filter((each) => names(document.content, each.key)).map((each) => each.file),
    ],
    [file, document.content, others],
  );
  const checked = useCheck(unreadable ? null : files);
  const { findings } = checked;
  useEffect(() => {
    if (!editor || !findings) return;
    const mark = (severity: 'problem' | 'warning') => (entry: ProblemEntry) => ({
      element: entry.file === file ? (entry.element ?? null) : null,
      severity,
    });
    editor.mark([...findings.problems.map(mark('problem')), ...findings.warnings.map(mark('warning'))]);
  }, [editor, findings, file, opened]);

  const nameOf = (entry: ProblemEntry) =>
    [entry.file && entry.file !== file ? entry.file : '', nameIn(editor, entry.element)]
      .filter(Boolean)
      .join(' · ');

  return (
    <SuggestionsContext.Provider value={suggestions}>
      <Frame
        document={document}
        title={document.latest?.name ?? document.key}
        file={file}
        checked={checked}
        onReveal={(entry) => editor?.reveal(entry.element ?? null)}
        nameOf={nameOf}
        settle={settle}
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
          { icon: 'minus', label: t('tool.zoomOut'), act: () => editor?.zoom(-1) },
          { icon: 'fit', label: t('tool.fit'), act: () => editor?.fit() },
          { icon: 'plus', label: t('tool.zoomIn'), act: () => editor?.zoom(1) },
        ]}
      >
        <div className={classes.columns} data-panel={panelShown || undefined}>
          <div className={classes.canvas} ref={mount} role="region" aria-label={t('process.canvas')} />
          {unreadable && (
            <Alert
              color="red"
              className={classes.unreadable}
              icon={<Icon name="alert" />}
              title={t('process.unreadable')}
            >
              {unreadable}
            </Alert>
          )}
          <div className={classes.toggle}>
            <Tooltip label={panelShown ? t('process.hidePanel') : t('process.showPanel')}>
              <ActionIcon
                variant="default"
                size="sm"
                aria-label={panelShown ? t('process.hidePanel') : t('process.showPanel')}
                aria-expanded={panelShown}
                onClick={() => setPanelShown(!panelShown)}
              >
                <Icon name={panelShown ? 'right' : 'back'} size={14} />
              </ActionIcon>
            </Tooltip>
          </div>
          {panelShown && (
            <aside className={classes.panel} aria-label={t('process.panel')}>
              {editor?.isOpen && <Panel editor={editor} />}
            </aside>
          )}
        </div>
      </Frame>
    </SuggestionsContext.Provider>
  );
}

/** The editor's revision, so that what is drawn from it is drawn anew. */
function useRevision(editor: ProcessEditor | null): number {
  const subscribe = useCallback(
    (listener: () => void) => (editor ? editor.subscribe(listener) : () => {}),
    [editor],
  );
  return useSyncExternalStore(subscribe, () => editor?.revision ?? 0);
}

/** What an element is called; a line without a name, by what it joins. */
function nameIn(editor: ProcessEditor | null, id: string | undefined): string {
  const element = id === undefined ? undefined : editor?.drawn(id);
  if (!element) return id ?? '';
  const name = text(element.businessObject, 'name');
  if (name || !element.source || !element.target) return name || element.id;
  return [element.source, element.target]
    .map((end) => text(end.businessObject, 'name') || end.id)
    .join(' → ');
}
