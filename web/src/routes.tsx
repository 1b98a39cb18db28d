/** Every page and its path: one lazy line a page, in the order of the navigation. */
import type { ComponentType } from 'react';
import type { RouteObject } from 'react-router';
import { Home } from './shell/home';
import { Crashed } from './shell/crashed';
import { Shell } from './shell/shell';

/** A page of its own chunk, the file's default export, loaded when somebody goes there. */
function page(load: () => Promise<{ default: ComponentType }>): Pick<RouteObject, 'lazy'> {
  return { lazy: async () => ({ Component: (await load()).default }) };
}

export const routes: RouteObject[] = [
  {
    errorElement: <Crashed />,
    hydrateFallbackElement: <></>,
    children: [
      { path: '/sign-in', ...page(() => import('./sign-in/sign-in-page')) },
      {
        element: <Shell />,
        children: [
          {
            errorElement: <Crashed />,
            children: [
              { index: true, element: <Home /> },
              { path: '/work', ...page(() => import('./user-tasks/work-page')) },
              { path: '/tasks/:id', ...page(() => import('./user-tasks/task-page')) },
              { path: '/cases', ...page(() => import('./cases/cases-page')) },
              { path: '/cases/:id', ...page(() => import('./cases/page/case-page')) },
              { path: '/failures', ...page(() => import('./cases/failures-page')) },
              { path: '/jobs', ...page(() => import('./cases/jobs/jobs-page')) },
              { path: '/catalogue', ...page(() => import('./catalogue/catalogue-page')) },
              { path: '/catalogue/:key', ...page(() => import('./catalogue/start-page')) },
              { path: '/requests', ...page(() => import('./requests/requests-page')) },
              { path: '/studio', ...page(() => import('./studio/studio-page')) },
              {
                path: '/studio/processes/:key/edit',
                ...page(() => import('./studio/process/process-editor-page')),
              },
              {
                path: '/studio/decisions/:key/edit',
                ...page(() => import('./studio/decision/decision-editor-page')),
              },
              { path: '/studio/forms/:key/edit', ...page(() => import('./studio/form/form-editor-page')) },
              { path: '/studio/:room/:key', ...page(() => import('./studio/library/definition-page')) },
              {
                path: '/studio/:room/:key/versions/:version',
                ...page(() => import('./studio/library/version-page')),
              },
              { path: '*', ...page(() => import('./shell/not-found-page')) },
            ],
          },
        ],
      },
    ],
  },
];
