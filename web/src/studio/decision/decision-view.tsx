/** A decision to look at. */
import { SegmentedControl } from '@mantine/core';
import i18next from 'i18next';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './decision-studio.module.css';
import { labelOf } from './decision-studio';
import { DecisionEditor } from './editor';

export default function DecisionView({ content }: { content: string }) {
  const { t } = useTranslation('studio');
  const [viewer, setViewer] = useState<DecisionEditor | null>(null);
  const mount = useCallback(
    (container: HTMLDivElement) => {
      const made = new DecisionEditor(container, () => i18next.language, true);
      setViewer(made);
      void made.open(content);
      return () => made.close();
    },
    [content],
  );
  const subscribe = useCallback(
    (listener: () => void) => (viewer ? viewer.subscribe(listener) : () => {}),
    [viewer],
  );
  const revision = useSyncExternalStore(subscribe, () => viewer?.revision ?? 0);
  const views = viewer && revision > 0 ? viewer.views : [];
  return (
    <div className={classes.main}>
      {views.length > 1 && (
        <SegmentedControl
          className={classes.views}
          size="xs"
          aria-label={t('decision.views')}
          data={views.map((view) => ({ value: view.id, label: labelOf(view, t('decision.diagram')) }))}
          value={viewer?.view?.id ?? ''}
          onChange={(id) => {
            const view = views.find((each) => each.id === id);
            if (view) void viewer?.show(view);
          }}
        />
      )}
      <div className={classes.editor} ref={mount} role="region" aria-label={t('decision.table')} />
    </div>
  );
}
