/** The decision editor in its frame. */
import { Alert, SegmentedControl } from '@mantine/core';
import i18next from 'i18next';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../../api/problem';
import { Icon } from '../../ui/icon';
import { Frame } from '../document/frame';
import { useCheck } from '../document/use-check';
import type { EditedDocument } from '../document/use-document';
import { newFile } from '../kinds';
import classes from './decision-studio.module.css';
import { DecisionEditor } from './editor';
import { Trial } from './trial';

const WRITE_AFTER_MS = 250;

export function DecisionStudio({ document }: { document: EditedDocument }) {
  const { t } = useTranslation('studio');
  const [editor, setEditor] = useState<DecisionEditor | null>(null);
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const subscribe = useCallback(
    (listener: () => void) => (editor ? editor.subscribe(listener) : () => {}),
    [editor],
  );
  const revision = useSyncExternalStore(subscribe, () => editor?.revision ?? 0);

  const mount = useCallback((container: HTMLDivElement) => {
    const made = new DecisionEditor(container, () => i18next.language);
    setEditor(made);
    return () => made.close();
  }, []);

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

  const file = document.latest?.file ?? newFile('decision', document.key);
  const files = useMemo(() => [{ path: file, content: document.content }], [file, document.content]);
  const checked = useCheck(unreadable ? null : files);
  const nameOf = (entry: ProblemEntry) =>
    editor?.views.find((view) => view.element.id === entry.element)?.element.name ?? entry.element ?? '';
  const views = editor && revision > 0 && !unreadable ? editor.views : [];

  return (
    <Frame
      document={document}
      title={document.latest?.name ?? document.key}
      file={file}
      checked={checked}
      onReveal={(entry) => void editor?.reveal(entry.element ?? null)}
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
      ]}
    >
      <div className={classes.columns}>
        <div className={classes.main}>
          {views.length > 1 && (
            <SegmentedControl
              className={classes.views}
              size="xs"
              aria-label={t('decision.views')}
              data={views.map((view) => ({ value: view.id, label: labelOf(view, t('decision.diagram')) }))}
              value={editor?.view?.id ?? ''}
              onChange={(id) => {
                const view = views.find((each) => each.id === id);
                if (view) void editor?.show(view);
              }}
            />
          )}
          <div className={classes.editor} ref={mount} role="region" aria-label={t('decision.table')} />
          {unreadable && (
            <Alert color="red" m="md" icon={<Icon name="alert" />} title={t('decision.unreadable')}>
              {unreadable}
            </Alert>
          )}
        </div>
        <aside className={classes.trial} aria-label={t('decision.tryTitle')}>
          <Trial decisionKey={document.key} file={() => editor?.xml() ?? Promise.resolve(document.content)} />
        </aside>
      </div>
    </Frame>
  );
}

export function labelOf(view: DmnView, diagram: string): string {
  return view.type === 'drd' ? diagram : (view.element.name ?? view.element.id);
}
