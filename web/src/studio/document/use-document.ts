/**
 * A document being edited: begun from the draft or from what is deployed, kept in this browser with every change
 * and on the server a moment later, and never over the work of somebody else unseen.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { onReconnected } from '../../api/connection';
import { Problem } from '../../api/problem';
import { useDraft } from '../../drafts';
import { readContent, readVersions, type Kind, type Version } from '../kinds';
import { deleteDraft, readDraft, saveDraft, type Draft } from './api';

const PAUSE_MS = 1_200;

export type SaveState =
  | 'unchanged' // as it is deployed: there is no draft
  | 'saved' // the server has it
  | 'saving' // on its way, or about to be
  | 'kept' // only this browser has it: the server cannot be reached
  | 'conflict'; // somebody else has saved another one

/** What is kept in this browser until the server has it. */
interface Local {
  content: string;
  basedOn: number | null;
  tag: string | null;
}

/** What the editor is opened with; another `id` means: open this instead. */
export interface Opened {
  id: number;
  content: string;
  /** Where it comes from: the server's draft, this browser, a deployed version, or a template. */
  source: 'draft' | 'local' | 'version' | 'new';
}

export interface EditedDocument {
  kind: Kind;
  key: string;
  opened: Opened;
  /** The text as it is now. */
  content: string;
  latest: Version | null;
  basedOn: number | null;
  /** Who saved the draft that was found, and when. */
  found: Draft | null;
  save: SaveState;
  /** The draft of somebody else that is in the way. */
  rival: Draft | null;
  change: (content: string) => void;
  /** Save now what is not saved yet. Resolves to whether the server has it. */
  flush: () => Promise<boolean>;
  /** Begin again from another text: an imported file, an earlier version. */
  replace: (content: string, basedOn?: number | null) => void;
  /** Throw the draft away and show what is deployed. */
  discard: () => Promise<void>;
  /** It was deployed: there is no draft any more. */
  deployed: (version: number) => Promise<void>;
  keepMine: () => Promise<void>;
  takeTheirs: () => void;
}

/** What a document is begun from. */
export interface Start {
  latest: Version | null;
  deployed: string | null;
  draft: Draft | null;
}

/** Read what there is of a document: its latest version and its draft. */
export function useStart(kind: Kind, key: string) {
  return useQuery({
    queryKey: ['studio', 'start', kind, key],
    queryFn: () => readStart(kind, key),
    // The editor owns the text from here on: reading it anew would throw away what is being typed.
    staleTime: Infinity,
    gcTime: 0,
  });
}

async function readStart(kind: Kind, key: string): Promise<Start> {
  const [versions, draft] = await Promise.all([versionsOrNone(kind, key), readDraft(kind, key)]);
  const latest = versions[0] ?? null;
  const deployed = latest && (await readContent(kind, key, latest.version));
  return { latest, deployed, draft };
}

async function versionsOrNone(kind: Kind, key: string): Promise<Version[]> {
  try {
    return await readVersions(kind, key);
  } catch (reason) {
    if (reason instanceof Problem && reason.status === 404) return [];
    throw reason;
  }
}

let opening = 0;

function opened(content: string, source: Opened['source']): Opened {
  opening += 1;
  return { id: opening, content, source };
}

/** What nobody has written yet begins with `template`. */
export function useDocument(kind: Kind, key: string, start: Start, template: string): EditedDocument {
  const client = useQueryClient();
  const local = useDraft<Local>(`studio.${kind}.${key}`);
  const [latest, setLatest] = useState(start.latest);
  const [found, setFound] = useState(start.draft);
  const [basedOn, setBasedOn] = useState(
    local.value?.basedOn ?? start.draft?.basedOn ?? start.latest?.version ?? null,
  );
  const [shown, setShown] = useState(() => first(start, local.value, template));
  const [content, setContent] = useState(shown.content);
  const [save, setSave] = useState<SaveState>(() =>
    local.value ? 'saving' : start.draft ? 'saved' : 'unchanged',
  );
  const [rival, setRival] = useState<Draft | null>(null);

  // What the saving works on outlives renders; only one request is under way at a time.
  const work = useRef({
    content: shown.content,
    saved: local.value ? null : (start.draft?.content ?? start.deployed),
    tag: local.value ? local.value.tag : (start.draft?.tag ?? null),
    basedOn,
    timer: 0,
    running: null as Promise<boolean> | null,
    stopped: false,
  });
  const deployedText = useRef(start.deployed);

  const send = useCallback(async (): Promise<boolean> => {
    const now = work.current;
    window.clearTimeout(now.timer);
    if (now.running) await now.running;
    if (now.content === now.saved || now.stopped) return !now.stopped;
    const sent = now.content;
    setSave('saving');
    now.running = store(sent).then(
      (tag) => {
        now.tag = tag;
        now.saved = sent;
        if (now.content === sent) {
          local.discard();
          setSave(tag === null ? 'unchanged' : 'saved');
        }
        return true;
      },
      async (reason: unknown) => {
        if (reason instanceof Problem && [409, 412].includes(reason.status)) {
          now.stopped = true;
          setRival(await readDraft(kind, key).catch(() => null));
          setSave('conflict');
        } else setSave('kept');
        return false;
      },
    );
    const done = await now.running;
    now.running = null;
    if (done && now.content !== sent) schedule();
    return done;

    function schedule() {
      now.timer = window.setTimeout(() => void send(), PAUSE_MS);
    }

    /** What is as it is deployed again needs no draft. */
    async function store(text: string): Promise<string | null> {
      if (text !== deployedText.current)
        return saveDraft(kind, key, { content: text, based_on: now.basedOn }, now.tag);
      if (now.tag !== null) await deleteDraft(kind, key, now.tag);
      return null;
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `local` is new with every change it keeps
  }, [kind, key]);

  const change = useCallback(
    (text: string) => {
      const now = work.current;
      if (text === now.content) return;
      now.content = text;
      setContent(text);
      local.keep({ content: text, basedOn: now.basedOn, tag: now.tag });
      if (now.stopped) return;
      setSave('saving');
      window.clearTimeout(now.timer);
      now.timer = window.setTimeout(() => void send(), PAUSE_MS);
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- as above
    [send],
  );

  // What this browser kept from last time goes to the server first; and what could not be sent, once it answers.
  useEffect(() => {
    const now = work.current;
    if (now.saved === null) now.timer = window.setTimeout(() => void send(), 0);
    const stop = onReconnected(() => void send());
    return () => {
      stop();
      void send();
    };
  }, [send]);

  const show = (text: string, source: Opened['source']) => {
    setShown(opened(text, source));
    work.current.content = text;
    setContent(text);
  };

  /** Save nothing more, and have the answer to what is on its way: it would be taken for what comes now. */
  const settle = async () => {
    window.clearTimeout(work.current.timer);
    await work.current.running;
  };

  const begin = (from: { tag: string | null; basedOn: number | null; saved: string | null }) => {
    Object.assign(work.current, from, { stopped: false });
    setBasedOn(from.basedOn);
    setRival(null);
  };

  return {
    kind,
    key,
    opened: shown,
    content,
    latest,
    basedOn,
    found,
    save,
    rival,
    change,
    flush: send,
    replace: (text, from = basedOn) => {
      work.current.basedOn = from;
      setBasedOn(from);
      setShown(opened(text, 'local'));
      change(text);
    },
    discard: async () => {
      await settle();
      const { tag } = work.current;
      if (tag !== null) await deleteDraft(kind, key, tag);
      local.discard();
      setFound(null);
      begin({ tag: null, basedOn: latest?.version ?? null, saved: deployedText.current });
      show(deployedText.current ?? template, deployedText.current === null ? 'new' : 'version');
      setSave('unchanged');
      await client.invalidateQueries({ queryKey: ['studio', 'drafts'] });
    },
    deployed: async (version) => {
      const now = work.current;
      await settle();
      if (now.tag !== null) await deleteDraft(kind, key, now.tag).catch(() => undefined);
      local.discard();
      deployedText.current = now.content;
      setFound(null);
      begin({ tag: null, basedOn: version, saved: now.content });
      setSave('unchanged');
      setLatest((await versionsOrNone(kind, key))[0] ?? null);
    },
    keepMine: async () => {
      const theirs = await readDraft(kind, key);
      begin({ tag: theirs?.tag ?? null, basedOn, saved: null });
      await send();
    },
    takeTheirs: () => {
      if (!rival) return;
      local.discard();
      setFound(rival);
      begin({ tag: rival.tag, basedOn: rival.basedOn, saved: rival.content });
      show(rival.content, 'draft');
      setSave('saved');
    },
  };
}

function first(start: Start, kept: Local | null, template: string): Opened {
  if (kept) return opened(kept.content, 'local');
  if (start.draft) return opened(start.draft.content, 'draft');
  return start.deployed === null ? opened(template, 'new') : opened(start.deployed, 'version');
}
