/** The heading every page begins with. */
import { Group, Skeleton, Title } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'react-router';
import classes from './page-title.module.css';

interface Props {
  /** What the page is about; undefined while that is still read. */
  title: string | undefined;
  /** A line of its own above the title, such as the way back or a case's number. */
  above?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
}

/**
 * The page's one h1, and the window's title. After a navigation the focus is moved here, so that who cannot see
 * the page hears that it has changed.
 */
export function PageTitle({ title, above, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key, pathname } = useLocation();
  const arrived = key !== 'default';
  useEffect(() => {
    const typing = document.activeElement?.matches('input, textarea, [contenteditable="true"]');
    if (arrived && !typing) heading.current?.focus({ preventScroll: true });
    // Another query of the same page (a filter) leaves the focus alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [pathname]);
  return (
    <>
      <title>{title === undefined ? 'Baton' : `${title} · Baton`}</title>
      <div className={classes.place}>
        <div className={classes.words}>
          {above && <div className={classes.above}>{above}</div>}
          <Title order={1} ref={heading} tabIndex={-1} className={classes.title}>
            {title ?? <Skeleton component="span" display="block" width="14rem" height="1.4rem" my={3} />}
          </Title>
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </div>
    </>
  );
}
