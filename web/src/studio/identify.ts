/** What a file holds, told from its name and its content. */
import type { Kind } from './kinds';

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL';

export interface Identified {
  kind: Kind;
  key: string;
}

/** The kind and key of what is in a file; null when it is nothing that can be edited here. */
export function identify(name: string, content: string): Identified | null {
  if (name.endsWith('.json')) return form(name, content);
  const xml = new DOMParser().parseFromString(content, 'application/xml');
  if (xml.querySelector('parsererror')) return null;
  return process(xml) ?? decision(xml);
}

/** A form has no key in it: it is named like its file. */
function form(name: string, content: string): Identified | null {
  try {
    const document = JSON.parse(content) as unknown;
    const isForm = typeof document === 'object' && document !== null && 'schema' in document;
    return isForm ? { kind: 'form', key: name.replace(/\.json$/, '') } : null;
  } catch {
    return null;
  }
}

function process(xml: Document): Identified | null {
  const processes = [...xml.getElementsByTagNameNS(BPMN, 'process')];
  const chosen = processes.find((each) => each.getAttribute('isExecutable') === 'true') ?? processes[0];
  const key = chosen?.getAttribute('id');
  return key ? { kind: 'process', key } : null;
}

function decision(xml: Document): Identified | null {
  const root = xml.documentElement;
  if (root.localName !== 'definitions' || !root.namespaceURI?.includes('/DMN/')) return null;
  const key = [...root.children].find((each) => each.localName === 'decision')?.getAttribute('id');
  return key ? { kind: 'decision', key } : null;
}
