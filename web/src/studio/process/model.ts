/**
 * Reading and changing what a diagram says. Every change goes through the editor's commands, so that undo takes
 * back exactly what was done.
 */
import type { Drawn, Moddle } from './diagram';
import { is } from './diagram';
import type { ProcessEditor } from './editor';

/** A text property of a BPMN element; "" when it is not there. */
export function text(owner: Moddle | undefined, name: string): string {
  const value = owner?.get(name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function child(owner: Moddle | undefined, name: string): Moddle | undefined {
  return owner?.get(name) as Moddle | undefined;
}

export function children(owner: Moddle | undefined, name: string): Moddle[] {
  return (owner?.get(name) as Moddle[] | undefined) ?? [];
}

/** Where something is said: the element drawn, and the part of the file that is to hold it. */
export interface Place {
  editor: ProcessEditor;
  element: Drawn;
  owner: Moddle;
}

/** Set properties of the place; an empty text takes the property away. */
export function set(place: Place, properties: Record<string, unknown>): void {
  const given = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, value === '' ? undefined : value]),
  );
  const modeling = place.editor.service('modeling');
  if (place.owner === place.element.businessObject) modeling.updateProperties(place.element, given);
  else modeling.updateModdleProperties(place.element, place.owner, given);
}

export function create(
  place: Place,
  type: string,
  properties: Record<string, unknown>,
  parent?: Moddle,
): Moddle {
  const made = place.editor.service('bpmnFactory').create(type, properties);
  (made as { $parent?: Moddle }).$parent = parent ?? place.owner;
  return made;
}

// Extension elements

/** The extensions of one type, in the order of the file. */
export function extensions(owner: Moddle | undefined, type: string): Moddle[] {
  return children(child(owner, 'extensionElements'), 'values').filter((value) => value.$type === type);
}

export function extension(owner: Moddle | undefined, type: string): Moddle | undefined {
  return extensions(owner, type)[0];
}

/** Put these extensions of a type in place of those there were; all others stay as they are. */
export function setExtensions(place: Place, type: string, wanted: Record<string, unknown>[]): void {
  const { editor, element, owner } = place;
  const modeling = editor.service('modeling');
  editor.change(() => {
    let holder = child(owner, 'extensionElements');
    if (!holder) {
      holder = create(place, 'bpmn:ExtensionElements', { values: [] });
      set(place, { extensionElements: holder });
    }
    const others = children(holder, 'values').filter((value) => value.$type !== type);
    const made = wanted.map((properties) => create(place, type, properties, holder));
    if (others.length + made.length === 0) set(place, { extensionElements: undefined });
    else modeling.updateModdleProperties(element, holder, { values: [...others, ...made] });
  });
}

/** Set properties of the one extension of a type; when none are left it goes. */
export function setExtension(place: Place, type: string, properties: Record<string, string>): void {
  const there = extension(place.owner, type);
  const names = new Set([...said(there), ...Object.keys(properties)]);
  const merged = [...names].map((name) => [name, properties[name] ?? text(there, name)] as const);
  const left = Object.fromEntries(merged.filter(([, value]) => value !== ''));
  setExtensions(place, type, Object.keys(left).length > 0 ? [left] : []);
}

/** The names of the properties an element of the file has. */
function said(moddle: Moddle | undefined): string[] {
  return moddle?.$descriptor.properties.map((property) => property.name.replace(/^.*:/, '')) ?? [];
}

// Words in another language

export function inLanguage(owner: Moddle, type: string, language: string): Moddle | undefined {
  return extensions(owner, type).find((value) => text(value, 'lang') === language);
}

export function setInLanguage(place: Place, type: string, language: string, words: string): void {
  const others = extensions(place.owner, type)
    .filter((value) => text(value, 'lang') !== language)
    .map((value) => ({ lang: text(value, 'lang'), text: text(value, 'text') }));
  setExtensions(place, type, words ? [...others, { lang: language, text: words }] : others);
}

// Expressions and documentation

/** The text of an expression that is an element of its own: a condition, a time. */
export function expression(owner: Moddle | undefined, name: string): string {
  return text(child(owner, name), 'body');
}

export function setExpression(place: Place, name: string, body: string): void {
  const there = child(place.owner, name);
  if (!body) set(place, { [name]: undefined });
  else if (there) place.editor.service('modeling').updateModdleProperties(place.element, there, { body });
  else set(place, { [name]: create(place, 'bpmn:FormalExpression', { body }) });
}

export function documentation(owner: Moddle): string {
  return text(children(owner, 'documentation')[0], 'text');
}

export function setDocumentation(place: Place, words: string): void {
  const others = children(place.owner, 'documentation').slice(1);
  const first = words ? [create(place, 'bpmn:Documentation', { text: words })] : [];
  set(place, { documentation: [...first, ...others] });
}

// What is declared once for the whole file: messages, signals, errors, escalations

export interface Declared {
  type: 'bpmn:Message' | 'bpmn:Signal' | 'bpmn:Error' | 'bpmn:Escalation';
  reference: 'messageRef' | 'signalRef' | 'errorRef' | 'escalationRef';
  key: 'name' | 'errorCode' | 'escalationCode';
}

export const MESSAGE: Declared = { type: 'bpmn:Message', reference: 'messageRef', key: 'name' };
export const SIGNAL: Declared = { type: 'bpmn:Signal', reference: 'signalRef', key: 'name' };
export const ERROR: Declared = { type: 'bpmn:Error', reference: 'errorRef', key: 'errorCode' };
export const ESCALATION: Declared = {
  type: 'bpmn:Escalation',
  reference: 'escalationRef',
  key: 'escalationCode',
};

export function declarations(element: Drawn, kind: Declared): Moddle[] {
  return children(file(element.businessObject), 'rootElements').filter((root) => root.$type === kind.type);
}

/** Let the place refer to the declaration of this name or code, declaring it if nobody has. */
export function refer(place: Place, kind: Declared, key: string): void {
  const { editor, element } = place;
  editor.change(() => {
    if (!key) {
      set(place, { [kind.reference]: undefined });
      return;
    }
    let declared = declarations(element, kind).find((each) => text(each, kind.key) === key);
    if (!declared) {
      const definitions = file(element.businessObject);
      declared = create(place, kind.type, { [kind.key]: key, name: key }, definitions);
      editor.service('modeling').updateModdleProperties(element, definitions, {
        rootElements: [...children(definitions, 'rootElements'), declared],
      });
    }
    set(place, { [kind.reference]: declared });
  });
}

/** The whole file an element is in. */
export function file(moddle: Moddle): Moddle {
  return moddle.$parent ? file(moddle.$parent) : moddle;
}

// Parts of an element

/** The first event definition of a kind, `Timer` or `Message`. */
export function definition(owner: Moddle, kind: string): Moddle | undefined {
  return is(owner, 'bpmn:Event')
    ? children(owner, 'eventDefinitions').find((each) => each.$type === `bpmn:${kind}EventDefinition`)
    : undefined;
}

/** Whether it is a start event of a process, not one inside a sub-process. */
export function beginsProcess(owner: Moddle): boolean {
  return is(owner, 'bpmn:StartEvent') && is(owner.$parent, 'bpmn:Process');
}

/** Whether it throws or sends: what it says is for others. */
export function throws(owner: Moddle): boolean {
  return is(owner, 'bpmn:ThrowEvent') || is(owner, 'bpmn:SendTask');
}

/** The process an element lies in or stands for: a pool's process, else the one around it. */
export function processOf(element: Drawn): Moddle | undefined {
  if (is(element, 'bpmn:Participant')) return child(element.businessObject, 'processRef');
  let moddle: Moddle | undefined = element.businessObject;
  while (moddle && !is(moddle, 'bpmn:Process')) moddle = moddle.$parent;
  return moddle;
}
