/** A diagram to look at: it can be moved and enlarged, and nothing in it changed. */
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Canvas } from './diagram';
import { INK } from './ink';
import classes from './process-studio.module.css';

export default function ProcessView({ content }: { content: string }) {
  const { t } = useTranslation('studio');
  const mount = useCallback(
    (container: HTMLDivElement) => {
      const viewer = new NavigatedViewer({ container, bpmnRenderer: INK });
      void viewer.importXML(content).then(() => viewer.get<Canvas>('canvas').zoom('fit-viewport', 'auto'));
      return () => viewer.destroy();
    },
    [content],
  );
  return (
    <div className={classes.columns}>
      <div
        className={`${classes.canvas} ${classes.shown}`}
        ref={mount}
        role="region"
        aria-label={t('process.canvas')}
      />
    </div>
  );
}
