/**
 * Talking to the server: types from the API's own description, the CSRF token, problems as `Problem`.
 *
 * A hook file per noun (`user-tasks.ts`, ...) calls `answer(api.GET(...))`; pages use those hooks alone.
 */
import createClient, { type Middleware } from 'openapi-fetch';
import { connectionLost, connectionWorks } from './connection';
import { hearTime } from '../time';
import { Problem, problemOf } from './problem';
import type { components, paths } from './schema';

/** The API's schemas by name: `Schemas['UserTask']`. */
export type Schemas = components['schemas'];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

let csrfToken: string | null = null;
let language = 'en';
let whenSignedOut = () => {};

/** The token that every change is sent with, as signing in or `/auth/me` told it. */
export function sendToken(token: string | null): void {
  csrfToken = token;
}

/** Which language names in diagrams and forms are asked for. */
export function speak(tag: string): void {
  language = tag;
}

/** What to do once the server no longer knows who we are. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

const session: Middleware = {
  onRequest({ request }) {
    request.headers.set('Accept-Language', language);
    if (csrfToken !== null && !SAFE.has(request.method)) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
  onResponse({ response }) {
    const told = response.headers.get('Baton-Time');
    if (told !== null) hearTime(told);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(session);

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What the server answered. Rejects with a `Problem`, also when no answer came. */
export async function answer<Data>(asked: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await asked.catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    connectionLost();
    throw Problem.noAnswer();
  });
  if (response.ok) {
    connectionWorks();
    return data as Data;
  }
  const problem = problemOf(error, response);
  if (problem.isUnavailable) connectionLost();
  else connectionWorks();
  if (problem.status === 401) whenSignedOut();
  throw problem;
}
