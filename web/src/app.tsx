/** What surrounds every page: the theme, what was read from the server, dialogs and notices. */
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense } from 'react';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { onSignedOut } from './api/client';
import { queryClient } from './api/queries';
import { fetchSession, forget, watchTabs } from './api/session';
import { nonce } from './nonce';
import { routes } from './routes';
import { cssVariables, theme } from './theme';
import { Confirmation } from './ui/confirm';

fetchSession(queryClient);
const router = createBrowserRouter(routes);
const colorScheme = localStorageColorSchemeManager({ key: 'baton.colours' });

onSignedOut(() => {
  forget(queryClient);
});
watchTabs(queryClient);

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <RouterProvider router={router} />
        </Suspense>
        <Notifications position="bottom-right" limit={3} autoClose={6000} />
        <Confirmation />
      </QueryClientProvider>
    </MantineProvider>
  );
}
