/** The drawing itself: bpmn-js with what goes on marked in it, small enough to be used from React. */
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

export type Going = 'active' | 'listening' | 'failed';

/** Something that goes on at an element, and how often. */
export interface Mark {
  element: string;
  state: Going;
  count: number;
}

/** The few shapes of bpmn-js that are touched here; the library types them as `any`. */
interface Drawn {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Canvas {
  zoom(level?: number | 'fit-viewport', centre?: 'auto'): number;
  scroll(by: { dx: number; dy: number }): void;
  viewbox(): { scale: number; outer: { width: number; height: number } };
  viewbox(box: Box): void;
  getRootElement(): Drawn;
  findRoot(element: Drawn): Drawn | undefined;
  setRootElement(root: Drawn): void;
  addMarker(element: Drawn, marker: string): void;
  removeMarker(element: Drawn, marker: string): void;
  resized(): void;
}

interface Overlays {
  add(element: Drawn, type: string, overlay: { position: object; html: HTMLElement }): string;
  remove(filter: { type: string }): void;
}

/** Smaller than this, nobody can read the names. */
const READABLE = 0.7;
const ZOOM_STEP = 1.25;
const SCROLL_STEP = 60;
const FOUND = 'case-found';
const TOKEN = 'case-token';
const SIGNS: Record<Going, string> = { active: '', listening: '', failed: '!' };
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [SCROLL_STEP, 0],
  ArrowRight: [-SCROLL_STEP, 0],
  ArrowUp: [0, SCROLL_STEP],
  ArrowDown: [0, -SCROLL_STEP],
};

export class Viewer {
  private readonly viewer: NavigatedViewer;
  private readonly watcher: ResizeObserver;
  private xml = '';
  private isOpen = false;
  private isClosed = false;
  private marks: readonly Mark[] = [];
  private marked: readonly { element: Drawn; marker: string }[] = [];

  constructor(private readonly container: HTMLElement) {
    this.viewer = new NavigatedViewer({
      container,
      bpmnRenderer: {
        defaultFillColor: 'var(--diagram-fill)',
        defaultStrokeColor: 'var(--diagram-stroke)',
        defaultLabelColor: 'var(--diagram-label)',
      },
    });
    // The wheel scrolls the page, as everywhere else; with Ctrl it zooms.
    container.addEventListener('wheel', leaveToPage, { capture: true });
    container.addEventListener('keydown', this.press);
    this.watcher = new ResizeObserver(() => {
      if (this.isOpen) this.canvas.resized();
    });
    this.watcher.observe(container);
  }

  private get canvas(): Canvas {
    return this.viewer.get<Canvas>('canvas');
  }

  private get overlays(): Overlays {
    return this.viewer.get<Overlays>('overlays');
  }

  private drawn(id: string): Drawn | undefined {
    return this.viewer.get<{ get(id: string): Drawn | undefined }>('elementRegistry').get(id);
  }

  /** Show a diagram with what goes on in it. The same diagram again keeps its place. */
  async show(xml: string, marks: readonly Mark[]): Promise<void> {
    this.marks = marks;
    if (this.xml === xml) {
      if (this.isOpen) this.mark();
      return;
    }
    this.xml = xml;
    this.isOpen = false;
    await this.viewer.importXML(xml);
    // It may have been closed, or given another diagram, while this one was read.
    if (this.isClosed || this.xml !== xml) return;
    this.isOpen = true;
    this.marked = [];
    this.mark();
    this.fit();
  }

  private mark(): void {
    for (const { element, marker } of this.marked) this.canvas.removeMarker(element, marker);
    this.overlays.remove({ type: TOKEN });
    this.marked = this.marks.flatMap(({ element: id, state }) => {
      const element = this.drawn(id);
      return element ? [{ element, marker: `case-${state}` }] : [];
    });
    for (const { element, marker } of this.marked) this.canvas.addMarker(element, marker);
    for (const mark of this.marks.filter(({ state }) => state !== 'listening')) this.place(mark);
  }

  private place({ element: id, state, count }: Mark): void {
    const element = this.drawn(id);
    if (!element) return;
    const html = document.createElement('span');
    html.className = TOKEN;
    html.dataset.state = state;
    html.dataset.element = id;
    html.setAttribute('aria-hidden', 'true');
    html.textContent = SIGNS[state] || (count > 1 ? String(count) : '');
    this.overlays.add(element, TOKEN, { position: { top: -11, left: -11 }, html });
  }

  /** The whole diagram; when that would be too small to read, the place where the case is. */
  fit(): void {
    if (!this.isOpen) return;
    const scale = this.canvas.zoom('fit-viewport', 'auto');
    const here = scale < READABLE ? this.here() : undefined;
    if (here) this.centre(here);
  }

  /** What failed, else where it is; of an activity inside another, the inner one. */
  private here(): Drawn | undefined {
    const drawn = (wanted: Going) =>
      this.marks
        .filter(({ state }) => state === wanted)
        .flatMap(({ element }) => this.drawn(element) ?? [])
        .toSorted((one, other) => one.width * one.height - other.width * other.height)[0];
    return drawn('failed') ?? drawn('active');
  }

  zoom(direction: 1 | -1): void {
    if (this.isOpen)
      this.canvas.zoom(this.canvas.zoom() * (direction > 0 ? ZOOM_STEP : 1 / ZOOM_STEP), 'auto');
  }

  /** Bring an element into sight and let it stand out for a moment. */
  reveal(id: string): void {
    const element = this.drawn(id);
    if (!element || !this.isOpen) return;
    const root = this.canvas.findRoot(element);
    if (root && root !== this.canvas.getRootElement()) this.canvas.setRootElement(root);
    this.centre(element);
    this.canvas.removeMarker(element, FOUND);
    this.canvas.addMarker(element, FOUND);
    window.setTimeout(() => {
      if (!this.isClosed && this.drawn(id)) this.canvas.removeMarker(element, FOUND);
    }, 1_600);
  }

  private centre({ x, y, width, height }: Drawn): void {
    const { scale: now, outer } = this.canvas.viewbox();
    const scale = Math.max(now, READABLE);
    const seen = { width: outer.width / scale, height: outer.height / scale };
    this.canvas.viewbox({
      ...seen,
      x: x + (width - seen.width) / 2,
      y: y + (height - seen.height) / 2,
    });
  }

  private readonly press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && this.isOpen) this.canvas.scroll({ dx: arrow[0], dy: arrow[1] });
    else if (event.key === '+' || event.key === '=') this.zoom(1);
    else if (event.key === '-') this.zoom(-1);
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
  };

  close(): void {
    this.isClosed = true;
    this.watcher.disconnect();
    this.container.removeEventListener('wheel', leaveToPage, { capture: true });
    this.container.removeEventListener('keydown', this.press);
    this.viewer.destroy();
  }
}

function leaveToPage(event: WheelEvent): void {
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
}
