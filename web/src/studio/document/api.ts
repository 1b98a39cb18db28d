/** Drafts, checks and deployments: what the editors ask of the server. */
import { answer, api, type Schemas } from '../../api/client';
import { Problem, type ProblemEntry } from '../../api/problem';
import type { Kind } from '../kinds';

/** Work that is not deployed yet, shared by everybody who may deploy. */
export interface Draft {
  kind: Kind;
  key: string;
  content: string;
  /** The version it was begun from; null when there was none. */
  basedOn: number | null;
  updatedAt: string;
  updatedBy: string;
  /** What the server knows this state of it by. */
  tag: string;
}

export type DraftSummary = Omit<Draft, 'content' | 'tag'>;

export interface DeployFile {
  path: string;
  content: string;
}

export interface Deployed {
  kind: string;
  key: string;
  version: number;
}

/** What a check found. */
export interface Findings {
  problems: ProblemEntry[];
  warnings: ProblemEntry[];
  /** What would be deployed; empty while there are problems. */
  definitions: Deployed[];
}

interface Tagged<Data> {
  data: Data;
  tag: string;
}

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** An answer with its ETag, which the next change of the same thing has to name. */
async function tagged<Data>(asked: Promise<Answered<Data>>): Promise<Tagged<Data>> {
  let tag = '';
  const data = await answer(
    asked.then((answered) => {
      tag = answered.response.headers.get('ETag') ?? '';
      return answered;
    }),
  );
  return { data, tag };
}

const path = (kind: Kind, key: string) => ({ path: { kind, key } });

/** The draft of one thing; null when there is none. */
export async function readDraft(kind: Kind, key: string): Promise<Draft | null> {
  try {
    const { data, tag } = await tagged(
      api.GET('/api/v1/drafts/{kind}/{key}', { params: path(kind, key), cache: 'no-store' }),
    );
    return {
      kind,
      key,
      content: data.content,
      basedOn: data.based_on,
      updatedAt: data.updated_at,
      updatedBy: data.updated_by,
      tag,
    };
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 404) return null;
    throw reason;
  }
}

/**
 * Keep a draft in place of the one known by this tag, or, when it is null, as the first. Gives the new tag.
 * Rejects with 412 when somebody else has saved meanwhile.
 */
export async function saveDraft(
  kind: Kind,
  key: string,
  body: { content: string; based_on: number | null },
  tag: string | null,
): Promise<string> {
  const header = tag === null ? { 'If-None-Match': '*' } : { 'If-Match': tag };
  const saved = await tagged(
    api.PUT('/api/v1/drafts/{kind}/{key}', { params: { ...path(kind, key), header }, body }),
  );
  return saved.tag;
}

export async function deleteDraft(kind: Kind, key: string, tag: string): Promise<void> {
  await answer(
    api.DELETE('/api/v1/drafts/{kind}/{key}', { params: path(kind, key), headers: { 'If-Match': tag } }),
  );
}

/** Ask the server what it thinks of these files, without storing anything. */
export async function check(files: DeployFile[], signal?: AbortSignal): Promise<Findings> {
  try {
    const { definitions, warnings } = await answer(
      api.POST('/api/v1/deployments', {
        params: { query: { dry_run: true } },
        body: { files: [] },
        bodySerializer: () => multipart(files),
        signal,
      }),
    );
    return { problems: [], warnings: warnings.map(known), definitions };
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 422) {
      return { problems: [...reason.entries], warnings: [], definitions: [] };
    }
    throw reason;
  }
}

/** Deploy these files together: all of them, or none. */
export async function deploy(files: DeployFile[], reason: string): Promise<Deployed[]> {
  const { definitions } = await answer(
    api.POST('/api/v1/deployments', { body: { files: [] }, bodySerializer: () => multipart(files, reason) }),
  );
  return definitions;
}

function multipart(files: DeployFile[], reason?: string): FormData {
  const form = new FormData();
  for (const file of files) {
    form.append('files', new Blob([file.content]), file.path.split('/').at(-1));
    form.append('paths', file.path);
  }
  if (reason) form.append('reason', reason);
  return form;
}

/** A warning without the fields it has nothing to say in. */
/** A warning, told as problems are. */
function known(warning: Schemas['Warning']): ProblemEntry {
  const { file, element, line, code, ...told } = warning;
  return {
    ...told,
    file: file ?? undefined,
    element: element ?? undefined,
    line: line ?? undefined,
    code: code ?? undefined,
  };
}

/** Every draft there is, without its content, the newest first. */
export async function readDrafts(): Promise<DraftSummary[]> {
  const { items } = await answer(api.GET('/api/v1/drafts', { params: { query: { limit: 200 } } }));
  return items
    .map((each) => ({
      kind: each.kind,
      key: each.key,
      basedOn: each.based_on,
      updatedAt: each.updated_at,
      updatedBy: each.updated_by,
    }))
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}
