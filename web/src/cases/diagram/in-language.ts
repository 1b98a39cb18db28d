/** A diagram with its elements named in the reader's language. */

const BPMN = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const BATON = 'urn:baton:bpmn:1';

export interface Sheet {
  xml: string;
  /** What people call the process. */
  title: string;
  /** What they call its elements, by id; without those that have no name. */
  names: ReadonlyMap<string, string>;
  /** The activities that are done several times, such as by every voter. */
  repeated: ReadonlySet<string>;
}

/** The same drawing; one that cannot be read comes back as it is. */
export function inLanguage(xml: string, language: string): Sheet {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  if (document.querySelector('parsererror')) return { xml, title: '', names: new Map(), repeated: new Set() };
  const names = new Map<string, string>();
  let title = '';
  for (const element of document.getElementsByTagNameNS(BPMN, '*')) {
    const name = translated(element, language) ?? element.getAttribute('name');
    if (name === null) continue;
    element.setAttribute('name', name);
    names.set(element.id, name);
    if (element.localName === 'process' && title === '') title = name;
  }
  return {
    xml: new XMLSerializer().serializeToString(document),
    title,
    names,
    repeated: repeatedIn(document),
  };
}

function repeatedIn(document: Document): Set<string> {
  const loops = [...document.getElementsByTagNameNS(BPMN, 'multiInstanceLoopCharacteristics')];
  return new Set(loops.map(({ parentElement }) => parentElement?.id ?? ''));
}

/** The very language, else another of the same tongue. */
function translated(element: Element, language: string): string | null {
  const extensions = [...element.children].find((child) => child.localName === 'extensionElements');
  const names = [...(extensions?.children ?? [])].filter(
    (child) => child.namespaceURI === BATON && child.localName === 'name',
  );
  const tongue = (tag: string | null) => tag?.split('-')[0]?.toLowerCase();
  const found =
    names.find((name) => name.getAttribute('lang') === language) ??
    names.find((name) => tongue(name.getAttribute('lang')) === tongue(language));
  return found?.textContent.trim() ?? null;
}
