/** The decision editor without its frame: dmn-js, with an interface like the diagram editor's. */
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import Modeler from 'dmn-js/lib/Modeler';
import Viewer from 'dmn-js/lib/NavigatedViewer';
import type { CommandStack } from '../process/diagram';
import { translated } from './translate';

/** The types a column may have; Baton knows no time without a date. */
const TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'date',
  'dateTime',
  'dayTimeDuration',
  'yearMonthDuration',
];

export class DecisionEditor {
  private readonly modeler: Modeler;
  private readonly viewers: DmnViewer[] = [];
  private readonly listeners = new Set<() => void>();
  private original = '';
  /** Counts up with every change: what React compares. */
  revision = 0;

  constructor(container: HTMLElement, language: () => string, readOnly = false) {
    const Class = readOnly ? Viewer : Modeler;
    // The library takes modules for each kind of view alone, not for all of them together.
    const modules = { additionalModules: [translated(language)] };
    this.modeler = new Class({
      container,
      drd: modules,
      decisionTable: modules,
      literalExpression: modules,
      common: {
        dataTypes: TYPES,
        // Cells are edited as plain text: the library's editor for FEEL adds styles our policy refuses.
        expressionLanguages: {
          options: [{ label: 'Baton', value: 'baton' }],
          defaults: { editor: 'baton' },
        },
      },
    });
    this.modeler.on('viewer.created', ({ viewer }) => {
      this.viewers.push(viewer);
      viewer.on('commandStack.changed', this.tell);
    });
    this.modeler.on('views.changed', this.tell);
  }

  private readonly tell = () => {
    this.revision += 1;
    for (const listener of this.listeners) listener();
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Show a file: its first decision table, if there is one. Raises when it is no DMN. */
  async open(xml: string): Promise<void> {
    this.original = xml;
    await this.modeler.importXML(xml);
    const table = this.views.find((view) => view.type === 'decisionTable');
    if (table) await this.modeler.open(table);
    this.tell();
  }

  /** The file; one that was not changed comes back as it was opened, byte by byte. */
  async xml(): Promise<string> {
    if (!this.viewers.some((viewer) => stack(viewer)?.canUndo())) return this.original;
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  /** What can be looked at: the diagram of decisions, and each decision. */
  get views(): DmnView[] {
    return this.modeler.getViews().filter((view) => view.type !== 'boxedExpression');
  }

  get view(): DmnView | undefined {
    return this.modeler.getActiveView();
  }

  async show(view: DmnView): Promise<void> {
    await this.modeler.open(view);
    this.tell();
  }

  /** Show the decision a problem is about. */
  async reveal(id: string | null): Promise<void> {
    const view = this.views.find((each) => each.element.id === id);
    if (view) await this.show(view);
  }

  private get stack(): CommandStack | undefined {
    const viewer = this.modeler.getActiveViewer();
    return viewer && stack(viewer);
  }

  get canUndo(): boolean {
    return this.stack?.canUndo() ?? false;
  }

  get canRedo(): boolean {
    return this.stack?.canRedo() ?? false;
  }

  undo(): void {
    if (this.canUndo) this.stack?.undo();
  }

  redo(): void {
    if (this.canRedo) this.stack?.redo();
  }

  close(): void {
    this.listeners.clear();
    this.modeler.destroy();
  }
}

function stack(viewer: DmnViewer): CommandStack | undefined {
  return viewer.get('commandStack') as CommandStack | undefined;
}
