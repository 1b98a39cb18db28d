/**
 * The diagram editor without its frame: bpmn-js with the words of Baton, offering what Baton runs, and an
 * interface small enough to be used from React.
 */
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import './icons';

import Modeler from 'bpmn-js/lib/Modeler';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';

import { baton } from './baton';
import { copying } from './copying';
import type { Drawn, EventBus, Moddle, Services, ShapeLike } from './diagram';
import { is } from './diagram';
import { INK } from './ink';
import { child } from './model';
import { offer } from './offer';
import { translated } from './translate';

const PROBLEM = 'studio-problem';
const WARNING = 'studio-warning';
const BATCH = 'baton.batch';
const ZOOM_STEP = 1.25;
/** The room an event on a border takes. */
const SEAT = 44;
/** The room between two elements. */
const GAP = 80;
/** The room left around a diagram. */
const MARGIN = 20;

interface Batch {
  steps: () => void;
}

/** Several changes that are one: they are undone and redone together. */
class BatchHandler {
  preExecute({ steps }: Batch): void {
    steps();
  }
}

export interface Mark {
  element: string | null;
  severity: 'problem' | 'warning';
}

export class ProcessEditor {
  private readonly modeler: Modeler;
  private readonly listeners = new Set<() => void>();
  private original = '';
  private marked: { element: Drawn; marker: string }[] = [];
  /** Counts up with every change and every selection: what React compares. */
  revision = 0;
  /** Whether a diagram is shown; until then there is nothing to select. */
  isOpen = false;

  constructor(
    private readonly container: HTMLElement,
    language: () => string,
  ) {
    this.modeler = new Modeler({
      container,
      additionalModules: [offer, copying, translated(language)],
      moddleExtensions: { camunda, baton },
      bpmnRenderer: INK,
    });
    this.service('commandStack').registerHandler(BATCH, BatchHandler);
    this.service('eventBus').on(
      ['commandStack.changed', 'selection.changed', 'root.set', 'elements.changed'],
      this.tell,
    );
  }

  private readonly tell = () => {
    this.revision += 1;
    for (const listener of this.listeners) listener();
  };

  service<Name extends keyof Services>(name: Name): Services[Name] {
    return this.modeler.get<Services[Name]>(name);
  }

  /** Call back after every change of diagram or selection; gives what ends it. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Show a diagram. Raises when it is no BPMN; gives what the library could not understand of it. */
  async open(xml: string): Promise<string[]> {
    this.original = xml;
    this.isOpen = false;
    const { warnings } = await this.modeler.importXML(xml);
    this.isOpen = true;
    this.tell();
    this.fit();
    return warnings.map(String);
  }

  /** The diagram as a file. One that was not changed comes back as it was opened, byte by byte. */
  async xml(): Promise<string> {
    if (!this.service('commandStack').canUndo()) return this.original;
    const { xml } = await this.modeler.saveXML({ format: true });
    return xml ?? '';
  }

  /** Change several things as one step of undo. */
  change(steps: () => void): void {
    this.service('commandStack').execute(BATCH, { steps } satisfies Batch);
  }

  get canUndo(): boolean {
    return this.service('commandStack').canUndo();
  }

  get canRedo(): boolean {
    return this.service('commandStack').canRedo();
  }

  undo(): void {
    if (this.canUndo) this.service('commandStack').undo();
  }

  redo(): void {
    if (this.canRedo) this.service('commandStack').redo();
  }

  /** Show the whole diagram, beside the palette and not below it. */
  fit(): void {
    const canvas = this.service('canvas');
    const { inner, outer } = canvas.viewbox();
    if (!inner.width || !outer.width) return;
    const palette = (this.container.querySelector('.djs-palette')?.clientWidth ?? 0) + 2 * MARGIN;
    const room = { width: outer.width - palette - MARGIN, height: outer.height - 2 * MARGIN };
    const scale = Math.min(room.width / inner.width, room.height / inner.height, 1);
    canvas.viewbox({
      x: inner.x - (palette + (room.width - inner.width * scale) / 2) / scale,
      y: inner.y - (MARGIN + (room.height - inner.height * scale) / 2) / scale,
      width: outer.width / scale,
      height: outer.height / scale,
    });
  }

  zoom(direction: 1 | -1): void {
    const canvas = this.service('canvas');
    const now = canvas.zoom(undefined as never);
    canvas.zoom(direction > 0 ? now * ZOOM_STEP : now / ZOOM_STEP, 'auto');
  }

  /** The words of palette and menus again, in another language. */
  retranslate(): void {
    (this.service('eventBus') as EventBus & { fire(event: string): void }).fire('i18n.changed');
  }

  /** What is selected, or, when nothing or too much is, the plane they lie on. */
  get selected(): Drawn {
    const [first, ...others] = this.service('selection').get();
    const chosen = first && others.length === 0 ? first : this.service('canvas').getRootElement();
    return chosen.labelTarget ?? chosen;
  }

  get elements(): Drawn[] {
    return this.service('elementRegistry').filter(
      (element) => !element.labelTarget && Boolean(element.parent),
    );
  }

  /** Show an element, select it and bring it into view; of what has no shape, the shape it belongs to. */
  reveal(id: string | null): void {
    const element = this.drawn(id);
    const selection = this.service('selection');
    if (!element?.parent) {
      selection.select(null);
      return;
    }
    const canvas = this.service('canvas');
    const root = canvas.findRoot(element);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    canvas.scrollToElement(element, 120);
    selection.select(element);
  }

  /** The shape with this id, or the one that what has this id belongs to. */
  drawn(id: string | null): Drawn | undefined {
    if (!id) return undefined;
    const registry = this.service('elementRegistry');
    return registry.get(id) ?? registry.getAll().find((shape) => contains(shape.businessObject, id));
  }

  /** Mark elements the check has something to say about, in place of those marked before. */
  mark(marks: Mark[]): void {
    const canvas = this.service('canvas');
    const registry = this.service('elementRegistry');
    for (const { element, marker } of this.marked) {
      if (registry.get(element.id)) canvas.removeMarker(element, marker);
    }
    this.marked = marks.flatMap(({ element: id, severity }) => {
      const element = this.drawn(id);
      return element?.parent ? [{ element, marker: severity === 'problem' ? PROBLEM : WARNING }] : [];
    });
    for (const { element, marker } of this.marked) canvas.addMarker(element, marker);
  }

  /** Draw a next element behind this one, connect and select it. */
  append(source: Drawn, shape: ShapeLike): void {
    const drawn = this.service('elementFactory').createShape(shape);
    this.service('autoPlace').append(source, drawn);
  }

  /** Draw an element in the same scope, to the right of this one and joined to nothing, and select it. */
  beside(element: Drawn, shape: ShapeLike): Drawn {
    const at = { x: element.x + element.width + GAP, y: element.y + element.height / 2 };
    const parent = element.parent ?? this.service('canvas').getRootElement();
    const drawn = this.service('modeling').createShape(shape, at, parent);
    this.service('selection').select(drawn);
    return drawn;
  }

  /** Put an event on an activity's border, beside those that sit there, and select it. */
  attach(host: Drawn, kind: string): void {
    const seated = this.elements.filter(
      (each) => child(each.businessObject, 'attachedToRef') === host.businessObject,
    );
    const x = host.x + host.width - 25 - seated.length * SEAT;
    const event = this.service('modeling').createShape(
      { type: 'bpmn:BoundaryEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` },
      { x: Math.max(x, host.x + 18), y: host.y + host.height },
      host,
      { attach: true },
    );
    this.service('selection').select(event);
  }

  /** Whether a line may lead from one element to another. */
  mayConnect(source: Drawn, target: Drawn): boolean {
    const allowed = this.service('rules').allowed('connection.create', { source, target });
    return source !== target && Boolean(allowed) && is(target, 'bpmn:FlowNode');
  }

  close(): void {
    this.listeners.clear();
    this.modeler.destroy();
  }
}

/** Whether the thing with this id lies inside this one and in no shape of its own: an event's definition. */
function contains(owner: Moddle, id: string): boolean {
  const inside = ['eventDefinitions', 'loopCharacteristics', 'processRef'].flatMap((name) => {
    const value = owner.get(name) as Moddle | Moddle[] | undefined;
    return value ?? [];
  });
  return inside.some((moddle) => moddle.id === id);
}
