/** Where things of the studio are found: the only place that knows. */
import { KINDS, type Kind } from './kinds';

/** How each kind is called in a path. */
export const ROOMS: Record<Kind, string> = { process: 'processes', decision: 'decisions', form: 'forms' };

export const STUDIO = '/studio';

/** The page of one thing and its versions. A form's key has a slash in it, so keys are escaped. */
export function addressOf(kind: Kind, key: string): string {
  return `${STUDIO}/${ROOMS[kind]}/${encodeURIComponent(key)}`;
}

export function editorAddress(kind: Kind, key: string): string {
  return `${addressOf(kind, key)}/edit`;
}

export function versionAddress(kind: Kind, key: string, version: number): string {
  return `${addressOf(kind, key)}/versions/${version}`;
}

export function libraryAddress(kind: Kind): string {
  return `${STUDIO}?kind=${kind}`;
}

/** The kind a path's room holds; null when there is no such room. */
export function kindOfRoom(room: string): Kind | null {
  return KINDS.find((kind) => ROOMS[kind] === room) ?? null;
}
