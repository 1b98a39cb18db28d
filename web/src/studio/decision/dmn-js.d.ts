/** The little of dmn-js that is used here; it comes without types. */
interface DmnView {
  element: { id: string; name?: string };
  type: 'drd' | 'decisionTable' | 'literalExpression' | 'boxedExpression';
  id: string;
  name?: string;
}

interface DmnViewer {
  get(name: string): unknown;
  on(event: string, listener: () => void): void;
}

declare module 'dmn-js/lib/Modeler' {
  export default class Modeler {
    constructor(options: Record<string, unknown>);
    importXML(xml: string): Promise<{ warnings: unknown[] }>;
    saveXML(options: { format: boolean }): Promise<{ xml: string }>;
    getViews(): DmnView[];
    getActiveView(): DmnView | undefined;
    getActiveViewer(): DmnViewer | undefined;
    open(view: DmnView): Promise<unknown>;
    on(event: 'viewer.created', listener: (event: { viewer: DmnViewer }) => void): void;
    on(event: string, listener: () => void): void;
    destroy(): void;
  }
}

declare module 'dmn-js/lib/NavigatedViewer' {
  export { default } from 'dmn-js/lib/Modeler';
}
