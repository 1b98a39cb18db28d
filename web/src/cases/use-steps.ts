/** Where a case is, by the names of its steps in the reader's language. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramsOf, type Version } from '../api/process-definitions';
import { useDiagram } from '../api/process-instances';
import { inLanguage } from './diagram/in-language';

/** What people call the elements of a case's own process, by id. */
export function useElementNames(instance: string): ReadonlyMap<string, string> {
  const { i18n } = useTranslation();
  const xml = useDiagram(instance).data?.xml;
  return useMemo(
    () => (xml === undefined ? new Map() : inLanguage(xml, i18n.language).names),
    [xml, i18n.language],
  );
}

/** What people call the elements of several versions, in their order. */
export function useNamesOf(versions: readonly Version[]): readonly ReadonlyMap<string, string>[] {
  const { i18n } = useTranslation();
  return useDiagramsOf(versions).map(({ data }) =>
    data === undefined ? new Map<string, string>() : inLanguage(data, i18n.language).names,
  );
}

/** The steps at which something goes on now. */
export function useSteps(instance: string): string[] {
  const { data } = useDiagram(instance);
  const names = useElementNames(instance);
  const going = (data?.positions ?? []).filter(
    ({ state, process }) => state === 'active' && process === null,
  );
  return [...new Set(going.map(({ element }) => names.get(element) ?? element))];
}
