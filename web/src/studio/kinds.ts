/** The three kinds of content owners edit, and what differs between them outside of their editors. */
import i18next from 'i18next';
import { answer, api } from '../api/client';

export const KINDS = ['process', 'decision', 'form'] as const;
export type Kind = (typeof KINDS)[number];

/** One version of something, as a list shows it. */
export interface Version {
  key: string;
  version: number;
  name: string;
  /** The file it was deployed as. */
  file: string;
  deployedAt: string;
  /** A username; null when it came with Baton. */
  deployedBy: string | null;
  /** null when there is no more to it than that it came with Baton. */
  reason: string | null;
}

/** What is deployed, as the API tells it of each kind. */
interface Told {
  key: string;
  version: number;
  name?: string;
  names?: Record<string, unknown>;
  file?: string;
  created_at: string;
  deployed_by?: string | null;
  reason?: string | null;
}

const PAGE = 200;

interface Page {
  items: Told[];
  next: string | null;
}

/** Every item of a list that comes in pages. */
async function all(read: (cursor: string | undefined) => Promise<Page>): Promise<Told[]> {
  const items: Told[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}

interface Reader {
  latest(): Promise<Told[]>;
  versions(key: string): Promise<Told[]>;
  content(key: string, version: number): Promise<string>;
}

const READERS: Record<Kind, Reader> = {
  process: {
    latest: () =>
      all((cursor) =>
        answer(api.GET('/api/v1/process-definitions', { params: { query: { limit: PAGE, cursor } } })),
      ),
    versions: (key) =>
      all((cursor) =>
        answer(
          api.GET('/api/v1/process-definitions/{key}/versions', {
            params: { path: { key }, query: { limit: PAGE, cursor } },
          }),
        ),
      ),
    content: (key, number) =>
      answer(
        api.GET('/api/v1/process-definitions/{key}/versions/{number}/xml', {
          params: { path: { key, number } },
          parseAs: 'text',
        }),
      ),
  },
  decision: {
    latest: () =>
      all((cursor) =>
        answer(api.GET('/api/v1/decision-definitions', { params: { query: { limit: PAGE, cursor } } })),
      ),
    versions: (key) =>
      all((cursor) =>
        answer(
          api.GET('/api/v1/decision-definitions/{key}/versions', {
            params: { path: { key }, query: { limit: PAGE, cursor } },
          }),
        ),
      ),
    content: (key, number) =>
      answer(
        api.GET('/api/v1/decision-definitions/{key}/versions/{number}/xml', {
          params: { path: { key, number } },
          parseAs: 'text',
        }),
      ),
  },
  form: {
    latest: () =>
      all((cursor) => answer(api.GET('/api/v1/forms', { params: { query: { limit: PAGE, cursor } } }))),
    versions: async (key) =>
      (await answer(api.GET('/api/v1/forms/{key}', { params: { path: { key } } }))).versions,
    content: async (key, number) => {
      const form = await answer(
        api.GET('/api/v1/forms/{key}/versions/{number}', { params: { path: { key, number } } }),
      );
      return `${JSON.stringify(form.document, null, 2)}\n`;
    },
  },
};

const SUFFIX: Record<Kind, string> = { process: '.bpmn', decision: '.dmn', form: '.json' };

/** The path a thing nobody has deployed yet is deployed under. */
export function newFile(kind: Kind, key: string): string {
  return kind === 'form' ? `${key}.json` : `${key}/${key}${SUFFIX[kind]}`;
}

export async function readLatest(kind: Kind): Promise<Version[]> {
  return (await READERS[kind].latest()).map((told) => version(kind, told));
}

/** The versions of one thing, the newest first. */
export async function readVersions(kind: Kind, key: string): Promise<Version[]> {
  return (await READERS[kind].versions(key)).map((told) => version(kind, told));
}

/** What was deployed: the XML of a diagram or decision, the JSON of a form. */
export function readContent(kind: Kind, key: string, number: number): Promise<string> {
  return READERS[kind].content(key, number);
}

/** The name in the reader's language, where the server leaves the choice to us. */
function nameOf({ key, name, names }: Told): string {
  const translated = names?.[i18next.language];
  return typeof translated === 'string' ? translated : (name ?? key);
}

function version(kind: Kind, told: Told): Version {
  const deployedBy = told.deployed_by ?? null;
  return {
    key: told.key,
    version: told.version,
    name: nameOf(told),
    file: told.file ?? newFile(kind, told.key),
    deployedAt: told.created_at,
    deployedBy,
    reason: deployedBy && (told.reason ?? null),
  };
}
