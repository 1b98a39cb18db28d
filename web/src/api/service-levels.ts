/** Calendars, services, agreements and policies: documents that are kept version by version. */
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client';
import { hasRole, usePerson, type Person } from './session';

export const KINDS = ['calendars', 'services', 'agreements', 'sla-policies'] as const;
export type Kind = (typeof KINDS)[number];

export type Named = Schemas['Named'];
export type CalendarDocument = Schemas['CalendarDocument'];
export type ServiceDocument = Schemas['ServiceDocument'];
export type AgreementDocument = Schemas['AgreementDocument'];
export type PolicyDocument = Schemas['PolicyDocument'];
export type Day = Schemas['Day'];
export type Forecast = Schemas['ForecastOfPolicy'];
export type Question = Schemas['ForecastQuestion'];

/** What people write; each kind has its own form. */
export type Document = Record<string, unknown> & { name?: string; names?: Record<string, string> };

export interface Version extends Named {
  document: Document;
}

const MOST = 200;

const CONFIDENTIAL: readonly Kind[] = ['agreements', 'sla-policies'];

/** Agreements and policies tell one customer about another: who only requests services does not read them. */
export function mayRead(person: Person, kind: Kind): boolean {
  return (
    !CONFIDENTIAL.includes(kind) || hasRole(person, 'agent', 'service-manager', 'process-owner', 'auditor')
  );
}

/** The latest version of each, without documents. */
export function useDocuments(kind: Kind) {
  const isReader = mayRead(usePerson(), kind);
  return useQuery({
    queryKey: ['service-levels', kind],
    queryFn: async ({ signal }) => {
      const asked = { params: { query: { limit: MOST } }, signal };
      return (await answer(api.GET(`/api/v1/${kind}` as '/api/v1/services', asked))).items;
    },
    staleTime: 60_000,
    enabled: isReader,
  });
}

/** What people call a document; its key while that is not known. */
export function useDocumentName(kind: Kind): (key: string) => string {
  const { data = [] } = useDocuments(kind);
  return (key) => data.find((one) => one.key === key)?.name ?? key;
}

/** The latest version of one. */
export function useDocument(kind: Kind, key: string) {
  return useQuery({
    queryKey: ['service-levels', kind, key],
    queryFn: async ({ signal }): Promise<Version> =>
      answer(
        api.GET(`/api/v1/${kind}/{key}` as '/api/v1/services/{key}', { params: { path: { key } }, signal }),
      ),
    enabled: key !== '',
  });
}

/** Its versions, the newest first. */
export function useVersions(kind: Kind, key: string) {
  return useQuery({
    queryKey: ['service-levels', kind, key, 'versions'],
    queryFn: async ({ signal }) => {
      const params = { path: { key }, query: { limit: MOST } };
      return (
        await answer(
          api.GET(`/api/v1/${kind}/{key}/versions` as '/api/v1/services/{key}/versions', { params, signal }),
        )
      ).items;
    },
  });
}

/** One version with its document. */
export function readVersion(kind: Kind, key: string, number: number): Promise<Version> {
  return answer(
    api.GET(`/api/v1/${kind}/{key}/versions/{number}` as '/api/v1/services/{key}/versions/{number}', {
      params: { path: { key, number } },
    }),
  );
}

interface Edit {
  document: Document;
  /** The version it was made from; null: it is new. */
  basedOn: number | null;
}

/** Save what follows a version, or a new document. 412 if somebody was there before. */
export function useSave(kind: Kind, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ document, basedOn }: Edit): Promise<Version> =>
      answer(
        api.PUT(`/api/v1/${kind}/{key}` as '/api/v1/services/{key}', {
          params: {
            path: { key },
            header: basedOn === null ? { 'If-None-Match': '*' as const } : { 'If-Match': `"${basedOn}"` },
          },
          body: document,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['service-levels'] }),
  });
}

/** It applies to nothing that starts from now on. */
export function useRetire(kind: Kind, key: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (basedOn: number) =>
      answer(
        api.DELETE(`/api/v1/${kind}/{key}` as '/api/v1/services/{key}', {
          params: { path: { key }, header: { 'If-Match': `"${basedOn}"` } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['service-levels'] }),
  });
}

/** The days a calendar would have, from a day to another. */
export function useDays(calendar: CalendarDocument, from: string, to: string) {
  return useQuery({
    queryKey: ['service-levels', 'days', calendar, from, to],
    queryFn: ({ signal }) =>
      answer(api.POST('/api/v1/calendars/preview', { body: { calendar, from, to }, signal })),
    placeholderData: (before) => before,
    staleTime: Infinity,
    retry: false,
  });
}

/** Which target would apply, and when it would be due. */
export function useForecast(question: Question | null) {
  return useQuery({
    queryKey: ['service-levels', 'forecast', question],
    queryFn: question === null ? skipToken : ({ signal }) => forecast(question, signal),
    placeholderData: (before) => before,
    retry: false,
  });
}

function forecast(body: Question, signal: AbortSignal): Promise<Forecast> {
  return answer(api.POST('/api/v1/sla-policies/preview', { body, signal }));
}
