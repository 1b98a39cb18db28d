/** What a task belongs to: what was said and done in its case, and where it is in the process. */
import { Button, Paper, Tabs, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { OpenedUserTask } from '../api/user-tasks';
import { Icon } from '../ui/icon';
import { Loading } from '../ui/loading';
import classes from './task-page.module.css';

const Comments = lazy(() =>
  import('../cases/comments/comments').then(({ Comments }) => ({ default: Comments })),
);
const Timeline = lazy(() =>
  import('../cases/timeline/timeline').then(({ Timeline }) => ({ default: Timeline })),
);
const CaseDiagram = lazy(() =>
  import('../cases/diagram/case-diagram').then(({ CaseDiagram }) => ({ default: CaseDiagram })),
);

export function Context({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  return (
    <Paper p="md" component="section" className={classes.context} aria-labelledby="context">
      <VisuallyHidden component="h2" id="context">
        {t('aboutCase')}
      </VisuallyHidden>
      <Tabs defaultValue="comments">
        <Tabs.List mb="md">
          <Tabs.Tab value="comments">{t('comments')}</Tabs.Tab>
          <Tabs.Tab value="history">{t('history')}</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<Loading count={3} />}>
          <Tabs.Panel value="comments">
            <Comments instance={task.instance} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <Timeline instance={task.instance} definition={task.case.definition} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Paper>
  );
}

/** The diagram is large: it is loaded once somebody wants it. */
export function Where({ task }: { task: OpenedUserTask }) {
  const { t } = useTranslation('work');
  const [open, shown] = useDisclosure(false);
  return (
    <section className={classes.where}>
      <Button
        variant="subtle"
        aria-expanded={open}
        leftSection={<Icon name="diagram" size={16} />}
        rightSection={<Icon name={open ? 'up' : 'down'} size={16} />}
        onClick={shown.toggle}
      >
        {t('showDiagram')}
      </Button>
      {open && (
        <Suspense fallback={<Loading count={4} />}>
          <CaseDiagram instance={task.instance} element={task.element} />
        </Suspense>
      )}
    </section>
  );
}
