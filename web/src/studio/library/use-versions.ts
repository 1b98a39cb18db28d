/** The versions of one thing, the newest first. */
import { useQuery } from '@tanstack/react-query';
import { readVersions, type Kind } from '../kinds';

export function useVersions(kind: Kind, key: string) {
  return useQuery({ queryKey: ['studio', 'versions', kind, key], queryFn: () => readVersions(kind, key) });
}
