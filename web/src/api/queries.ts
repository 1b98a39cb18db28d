/** How what was read is kept and read again, and how a command is sent so that it happens once. */
import { QueryClient, useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { onReconnected } from './connection';
import { Problem } from './problem';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: Problem;
  }
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // `networkMode` always: a request that cannot be sent fails and says so, instead of waiting unseen.
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      retry: (failures, problem) => problem.isUnavailable && failures < 3,
      retryDelay: (_, problem) => (problem.retryAfter ?? 1) * 1_000,
    },
    mutations: { networkMode: 'always' },
  },
});

onReconnected(() => void queryClient.invalidateQueries());

export interface CommandHeaders {
  'Idempotency-Key': string;
}

/**
 * A command: sent once however often it must be tried. Sent again with the same values after no answer came,
 * it carries the same idempotency key, so that the server does it once.
 *
 * Whatever was read is read again afterwards: a step of one case changes lists, tasks and counts.
 */
export function useCommand<Values, Answer>(
  send: (values: Values, headers: CommandHeaders) => Promise<Answer>,
): UseMutationResult<Answer, Problem, Values> {
  const client = useQueryClient();
  const unanswered = useRef<{ values: string; key: string }>(null);
  return useMutation({
    mutationFn: async (values: Values) => {
      const written = JSON.stringify([values]);
      const key = unanswered.current?.values === written ? unanswered.current.key : newKey();
      unanswered.current = { values: written, key };
      try {
        const answered = await send(values, { 'Idempotency-Key': key });
        unanswered.current = null;
        return answered;
      } catch (reason) {
        if (!(reason instanceof Problem && reason.isPassing)) unanswered.current = null;
        throw reason;
      }
    },
    onSuccess: () => client.invalidateQueries(),
  });
}

// `crypto.randomUUID` is missing where a page is served without TLS on a name of its own.
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}
