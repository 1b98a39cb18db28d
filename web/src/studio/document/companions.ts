/** Drafts that belong together: a diagram and the forms, decisions and processes it names. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { newFile, readLatest, type Kind } from '../kinds';
import { readDraft, readDrafts, type DeployFile, type DraftSummary } from './api';

export interface Companion extends DraftSummary {
  file: DeployFile;
}

/** What is deployed of one kind, for lists and suggestions. */
export function useLatest(kind: Kind) {
  return useQuery({ queryKey: ['studio', 'latest', kind], queryFn: () => readLatest(kind) });
}

export function useDrafts(enabled = true) {
  return useQuery({ queryKey: ['studio', 'drafts'], queryFn: readDrafts, enabled });
}

/** Every other draft, with its content. */
export function useOtherDrafts(kind: Kind, key: string): Companion[] {
  const drafts = useDrafts();
  const deployed = {
    process: useLatest('process'),
    decision: useLatest('decision'),
    form: useLatest('form'),
  };
  const others = (drafts.data ?? []).filter((each) => each.kind !== kind || each.key !== key);
  return useQueries({
    queries: others.map((each) => ({
      queryKey: ['studio', 'draft', each.kind, each.key, each.updatedAt],
      queryFn: () => readDraft(each.kind, each.key),
    })),
    combine: (results) =>
      results.flatMap(({ data }, index) => {
        const summary = others[index];
        if (!data || !summary) return [];
        const there = deployed[summary.kind].data?.find((version) => version.key === summary.key);
        const path = there?.file ?? newFile(summary.kind, summary.key);
        return [{ ...summary, file: { path, content: data.content } }];
      }),
  });
}

/** The attributes by which a diagram names a form, a decision or another process. */
const NAMING = ['formKey', 'decisionRef', 'calledElement'];

/** Whether a diagram names something by its key. */
export function names(content: string, key: string): boolean {
  return NAMING.some((attribute) => content.includes(`${attribute}="${key}"`));
}
