/** Every page and its path: one lazy line a page, in the order of the navigation. */
import type { ComponentType } from 'react';
import type { LoaderFunctionArgs, RouteObject } from 'react-router';
import { fetchUserTasks } from './api/user-tasks';
import { loadTexts, type Area } from './i18n';
import { Home } from './shell/home';
import { Crashed } from './shell/crashed';
import { Shell } from './shell/shell';
import { chosenIn, filterOf } from './user-tasks/filters';

/** A page of its own chunk, the file's default export, loaded with its texts when somebody goes there. */
function page(area: Area, load: () => Promise<{ default: ComponentType }>): Pick<RouteObject, 'lazy'> {
  return {
    lazy: async () => {
      const [{ default: Component }] = await Promise.all([load(), loadTexts(area)]);
      return { Component };
    },
  };
}

/** Ask for my work while its page is loading. */
function fetchWork({ request }: LoaderFunctionArgs): null {
  fetchUserTasks(filterOf(chosenIn(new URL(request.url).searchParams)));
  return null;
}

export const routes: RouteObject[] = [
  {
    errorElement: <Crashed />,
    hydrateFallbackElement: <></>,
    children: [
      { path: '/sign-in', ...page('signIn', () => import('./sign-in/sign-in-page')) },
      {
        element: <Shell />,
        children: [
          {
            errorElement: <Crashed />,
            children: [
              { index: true, element: <Home /> },
              { path: '/work', loader: fetchWork, ...page('work', () => import('./user-tasks/work-page')) },
              { path: '/tasks/:id', ...page('work', () => import('./user-tasks/task-page')) },
              { path: '/cases', ...page('cases', () => import('./cases/cases-page')) },
              { path: '/cases/:id', ...page('cases', () => import('./cases/page/case-page')) },
              { path: '/failures', ...page('cases', () => import('./cases/failures-page')) },
              { path: '/jobs', ...page('cases', () => import('./cases/jobs/jobs-page')) },
              {
                path: '/service-levels',
                ...page('serviceLevels', () => import('./service-levels/board-page')),
              },
              {
                path: '/service-levels/:kind',
                ...page('serviceLevels', () => import('./service-levels/library-page')),
              },
              {
                path: '/service-levels/:kind/:key',
                ...page('serviceLevels', () => import('./service-levels/document-page')),
              },
              { path: '/catalogue', ...page('catalogue', () => import('./catalogue/catalogue-page')) },
              { path: '/catalogue/:key', ...page('catalogue', () => import('./catalogue/start-page')) },
              { path: '/requests', ...page('cases', () => import('./requests/requests-page')) },
              { path: '/studio', ...page('studio', () => import('./studio/studio-page')) },
              {
                path: '/studio/processes/:key/edit',
                ...page('studio', () => import('./studio/process/process-editor-page')),
              },
              {
                path: '/studio/decisions/:key/edit',
                ...page('studio', () => import('./studio/decision/decision-editor-page')),
              },
              {
                path: '/studio/forms/:key/edit',
                ...page('studio', () => import('./studio/form/form-editor-page')),
              },
              {
                path: '/studio/:room/:key',
                ...page('studio', () => import('./studio/library/definition-page')),
              },
              {
                path: '/studio/:room/:key/versions/:version',
                ...page('studio', () => import('./studio/library/version-page')),
              },
              { path: '*', ...page('common', () => import('./shell/not-found-page')) },
            ],
          },
        ],
      },
    ],
  },
];
