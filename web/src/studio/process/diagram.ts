/** The few shapes of bpmn-js that the studio touches. The library types them as `any`; here they are named. */
/** An element of the BPMN file: what the XML says. */
export interface Moddle {
  readonly $type: string;
  readonly $parent?: Moddle;
  readonly id?: string;
  readonly $descriptor: { properties: { name: string }[] };
  get(name: string): unknown;
  $instanceOf(type: string): boolean;
}

/** An element of the drawing: a shape, a line, a label, or the canvas itself. */
export interface Drawn {
  readonly id: string;
  readonly type: string;
  readonly businessObject: Moddle;
  readonly parent?: Drawn | null;
  readonly source?: Drawn;
  readonly target?: Drawn;
  readonly outgoing: Drawn[];
  readonly incoming: Drawn[];
  readonly labelTarget?: Drawn;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ShapeLike {
  type: string;
  eventDefinitionType?: string;
  isExpanded?: boolean;
}

export interface Modeling {
  updateProperties(element: Drawn, properties: Record<string, unknown>): void;
  updateModdleProperties(element: Drawn, moddle: Moddle, properties: Record<string, unknown>): void;
  connect(source: Drawn, target: Drawn): Drawn;
  createShape(
    shape: ShapeLike,
    at: { x: number; y: number },
    parent: Drawn,
    hints?: { attach: boolean },
  ): Drawn;
  removeElements(elements: Drawn[]): void;
}

export interface CommandStack {
  canUndo(): boolean;
  canRedo(): boolean;
  undo(): void;
  redo(): void;
  execute(command: string, context: object): void;
  registerHandler(command: string, handler: object): void;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Canvas {
  viewbox(): Box & { inner: Box; outer: { width: number; height: number } };
  viewbox(box: Box): unknown;
  zoom(level: number | 'fit-viewport', centre?: 'auto' | { x: number; y: number }): number;
  getRootElement(): Drawn;
  findRoot(element: Drawn): Drawn | undefined;
  setRootElement(root: Drawn): void;
  scrollToElement(element: Drawn, padding?: number): void;
  addMarker(element: Drawn, marker: string): void;
  removeMarker(element: Drawn, marker: string): void;
  focus(): void;
}

export interface ElementRegistry {
  get(id: string): Drawn | undefined;
  getAll(): Drawn[];
  filter(test: (element: Drawn) => boolean): Drawn[];
}

export interface Selection {
  get(): Drawn[];
  select(elements: Drawn | Drawn[] | null): void;
}

export interface Overlays {
  add(element: Drawn, type: string, overlay: { position: object; html: HTMLElement; show?: object }): string;
  remove(filter: { type: string }): void;
}

export interface BpmnFactory {
  create(type: string, attributes?: Record<string, unknown>): Moddle;
}

export interface EventBus {
  on(event: string | string[], listener: (event: never) => unknown): void;
  on(event: string | string[], priority: number, listener: (event: never) => unknown): void;
}

export interface Services {
  bpmnFactory: BpmnFactory;
  canvas: Canvas;
  commandStack: CommandStack;
  elementFactory: { createShape(shape: ShapeLike): Drawn };
  bpmnReplace: { replaceElement(element: Drawn, target: ShapeLike): Drawn };
  autoPlace: { append(source: Drawn, shape: Drawn): Drawn };
  elementRegistry: ElementRegistry;
  eventBus: EventBus;
  modeling: Modeling;
  overlays: Overlays;
  rules: { allowed(action: string, context: object): unknown };
  selection: Selection;
}

/** Whether an element is of a BPMN kind, `bpmn:UserTask` or one it is a kind of. */
export function is(element: Drawn | Moddle | undefined | null, type: string): boolean {
  if (!element) return false;
  const moddle = 'businessObject' in element ? element.businessObject : element;
  return moddle.$instanceOf(type);
}
