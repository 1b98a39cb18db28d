/** The drawing in its frame, with the buttons that move it. A chunk of its own: the library weighs 54 kB. */
import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon';
import classes from './diagram.module.css';
import { Viewer, type Mark } from './viewer';

interface Props {
  xml: string;
  marks: readonly Mark[];
  /** What the diagram is of. */
  label: string;
  /** The element to bring into sight; a new object each time somebody asks for it. */
  wanted: { element: string } | null;
}

export default function Drawing({ xml, marks, label, wanted }: Props) {
  const { t } = useTranslation('cases');
  const [viewer, setViewer] = useState<Viewer | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const mount = useCallback((container: HTMLDivElement) => {
    const made = new Viewer(container);
    setViewer(made);
    return () => {
      setViewer(null);
      made.close();
    };
  }, []);
  useEffect(() => {
    viewer?.show(xml, marks).then(
      () => {
        setUnreadable(false);
        if (wanted) viewer.reveal(wanted.element);
      },
      () => {
        setUnreadable(true);
      },
    );
  }, [viewer, xml, marks, wanted]);
  return (
    <div className={classes.frame}>
      {unreadable && <p className={classes.unreadable}>{t('diagram.unreadable')}</p>}
      <div className={classes.canvas} ref={mount} role="region" aria-label={label} />
      <Group gap={4} className={classes.tools} role="group" aria-label={t('diagram.tools')}>
        <Tool label={t('diagram.larger')} icon="plus" act={() => viewer?.zoom(1)} />
        <Tool label={t('diagram.smaller')} icon="minus" act={() => viewer?.zoom(-1)} />
        <Tool label={t('diagram.fit')} icon="fit" act={() => viewer?.fit()} />
      </Group>
    </div>
  );
}

function Tool({ label, icon, act }: { label: string; icon: 'plus' | 'minus' | 'fit'; act: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={act}>
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );
}
