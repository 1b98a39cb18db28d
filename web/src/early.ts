/**
 * What the first page is sure to need, asked for at once: until the libraries have been read and the first page
 * is drawn, a browser is busy for a third of a second or more. This module comes first and imports none of them.
 */
import { atFirst, textsOf } from './i18n/languages';

/** What my work asks for when nothing narrows it, as `fetchUserTasks` writes it. */
const MY_WORK = '/api/v1/user-tasks?assignee=me&sort=due';

const answers = new Map<string, Promise<Response>>();

function ask(path: string): void {
  const answer = fetch(path, { headers: { 'Accept-Language': atFirst } });
  // What fails is told to whoever takes it.
  answer.catch(() => {});
  answers.set(new URL(path, window.location.origin).href, answer);
}

/** `fetch`, but for what was asked for already: its answer, once. */
export function fetchOrTake(request: Request): Promise<Response> {
  const answer = request.method === 'GET' ? answers.get(request.url) : undefined;
  answers.delete(request.url);
  const asSpoken = request.headers.get('Accept-Language') === atFirst;
  return answer !== undefined && asSpoken ? answer : fetch(request);
}

/** What nobody has taken is out of date: somebody has signed out or in. */
export function forgetEarly(): void {
  answers.clear();
}

function preload(load: () => Promise<unknown>): void {
  // What fails now fails again where it can be told.
  load().catch(() => {});
}

ask('/api/v1/auth/me');
for (const area of ['common', ...(window.location.pathname === '/work' ? ['work'] : [])]) {
  const load = textsOf(atFirst, area);
  if (load) preload(load);
}
if (window.location.pathname === '/work') {
  if (window.location.search === '') ask(MY_WORK);
  preload(() => import('./user-tasks/work-page'));
}
