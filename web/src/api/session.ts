/** Who is signed in. */
import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { answer, api, sendToken, type Schemas } from './client';
import { Problem } from './problem';

export type Person = Schemas['Person'];
export type Role = Person['roles'][number];

const KEY = ['session'];

// Tabs share the cookie: what one of them does, the others must notice.
const tabs = new BroadcastChannel('baton-session');

const SESSION = queryOptions({ queryKey: KEY, queryFn: readSession, staleTime: Infinity });

/** The signed-in person; null when nobody is. */
export function useSession() {
  return useQuery(SESSION);
}

/** Ask who is signed in before a page does. */
export function fetchSession(client: QueryClient): void {
  // What fails is told by who uses it.
  client.query(SESSION).catch(() => {});
}

async function readSession(): Promise<Person | null> {
  try {
    const session = await answer(api.GET('/api/v1/auth/me'));
    sendToken(session.csrf_token);
    return session.person;
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 401) return null;
    throw reason;
  }
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas['Credentials']) => answer(api.POST('/api/v1/auth/login', { body })),
    onSuccess: ({ person, csrf_token }) => {
      forget(client);
      sendToken(csrf_token);
      client.setQueryData(KEY, person);
      tabs.postMessage('changed');
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/logout')),
    onSuccess: () => {
      forget(client);
      tabs.postMessage('changed');
    },
  });
}

/** Nobody is signed in any more: keep nothing of what was read. */
export function forget(client: QueryClient): void {
  sendToken(null);
  client.setQueryData(KEY, null);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}

/** Notice when another tab signs in or out. */
export function watchTabs(client: QueryClient): void {
  tabs.addEventListener('message', () => void client.resetQueries());
}

const PersonContext = createContext<Person | null>(null);
export const PersonProvider = PersonContext.Provider;

/** The signed-in person, on every page inside the shell. */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (person === null) throw new Error('Nobody is signed in here.');
  return person;
}

/** Whether the person has one of these roles; an administrator has them all. */
export function hasRole(person: Person, ...roles: Role[]): boolean {
  return person.roles.includes('administrator') || roles.some((role) => person.roles.includes(role));
}
