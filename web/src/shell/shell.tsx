/** The frame around every page of a signed-in person. */
import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router';
import { PersonProvider, useSession, type Person } from '../api/session';
import { speaksTo, speakTo } from '../i18n';
import { Icon } from '../ui/icon';
import { Loading } from '../ui/loading';
import { Mark } from '../ui/mark';
import { ProblemAlert } from '../ui/problem-alert';
import { Bell } from './bell';
import { ConnectionBanner } from './connection-banner';
import { Navigation } from './navigation-list';
import { PersonMenu } from './person-menu';
import { SearchBox } from './search-box';
import classes from './shell.module.css';

const NavigationDrawer = lazy(() => import('./navigation-drawer'));

export function Shell() {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) return <Loading kind="page" />;
  // Once she is known, a failed look at who she is must not take away the page she types in.
  if (session.data === undefined) {
    return (
      <main className={classes.alone}>
        <ProblemAlert problem={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data === null) {
    const from = location.pathname + location.search;
    return <Navigate to={from === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(from)}`} replace />;
  }
  return (
    <PersonProvider value={session.data} key={session.data.id}>
      <InHerLanguage person={session.data}>
        <Frame />
      </InHerLanguage>
    </PersonProvider>
  );
}

/** Wait for the person's language, so that no page flashes by in another. */
function InHerLanguage({ person, children }: { person: Person; children: React.ReactNode }) {
  const [ready, setReady] = useState(() => speaksTo(person));
  useEffect(() => {
    void speakTo(person).finally(() => {
      setReady(true);
    });
  }, [person]);
  return ready ? children : <Loading kind="page" />;
}

function Frame() {
  const { t } = useTranslation();
  const [everOpened, setEverOpened] = useState(false);
  const [open, drawer] = useDisclosure(false, {
    onOpen: () => {
      setEverOpened(true);
    },
  });
  const navigating = useNavigation().state !== 'idle';
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        {t('skip')}
      </a>
      <header className={classes.header}>
        <ActionIcon
          className={classes.burger}
          aria-label={t('nav.open')}
          aria-expanded={open}
          onClick={drawer.open}
        >
          <Icon name="menu" />
        </ActionIcon>
        <Link to="/" className={classes.brand} aria-label={t('nav.home')}>
          <Mark />
          <span>Baton</span>
        </Link>
        <SearchBox />
        <Bell />
        <PersonMenu />
        <div className={classes.progress} data-busy={navigating || undefined} />
      </header>
      <div className={classes.rail}>
        <Navigation />
      </div>
      {everOpened && (
        <Suspense>
          <NavigationDrawer opened={open} close={drawer.close} />
        </Suspense>
      )}
      <main id="main" className={classes.main} tabIndex={-1}>
        <ConnectionBanner />
        <Suspense fallback={<Loading kind="page" />}>
          <Outlet />
        </Suspense>
      </main>
      <ScrollRestoration />
    </div>
  );
}
