/**
 * What the editor offers to draw: only what Baton runs. `runs.json` says it, and a test holds it against the
 * server's own list.
 */
import * as replaceOptions from 'bpmn-js/lib/features/replace/ReplaceOptions';

import type { Drawn, ShapeLike } from './diagram';
import { is } from './diagram';
import { definition } from './model';
import runs from './runs.json';

interface Entry {
  group?: string;
  className?: string;
  title?: string;
  separator?: boolean;
  action?: object;
}
type Entries = Record<string, Entry>;
type Filter = (entries: Entries) => Entries;
type Translate = (text: string) => string;

interface Target {
  type: string;
  eventDefinitionType?: string;
  triggeredByEvent?: boolean;
}

interface Create {
  start(event: Event, shape: Drawn | Drawn[], context?: object): void;
}
interface Factory {
  createShape(shape: ShapeLike & { x?: number; y?: number; parent?: Drawn }): Drawn;
}
interface Registry {
  registerProvider(priority: number, provider: object): void;
}
interface PopupMenu {
  registerProvider(id: string, priority: number, provider: object): void;
  open(element: Drawn, id: string, at: object, options: object): void;
}

const AFTER_THE_LIBRARY = 500;
const nodes = new Set(runs.nodes);
const events: Record<string, string[]> = runs.events;

/** Whether an element of this kind, drawn where `at` is, would run. */
export function mayBe(target: Target, at?: Drawn): boolean {
  if (target.type === 'bpmn:Participant') return true;
  if (at?.incoming.some(({ source }) => source && !mayFollow(source, target))) return false;
  if (!nodes.has(target.type)) return false;
  const kinds = events[target.type === 'bpmn:StartEvent' ? startsIn(at) : target.type];
  return !kinds || kinds.includes(kindOf(target));
}

/**
 * Whether an element of this kind may stand behind another: an event-based gateway leads to what waits, a
 * compensation event to an activity.
 */
export function mayFollow(source: Drawn, target: Target): boolean {
  const undone = is(source, 'bpmn:BoundaryEvent') && definition(source.businessObject, 'Compensate');
  if (undone) return !/(Event|Gateway)$/.test(target.type);
  if (!is(source, 'bpmn:EventBasedGateway') || target.type === 'bpmn:ReceiveTask') return true;
  const waits = target.type === 'bpmn:IntermediateCatchEvent';
  return waits && runs['after an event-based gateway'].includes(kindOf(target));
}

/** What a start event may be where it is drawn: of a process, an event sub-process or a plain one. */
function startsIn(at?: Drawn): string {
  const scope = at?.parent;
  if (!scope) return 'bpmn:StartEvent';
  if (!is(scope, 'bpmn:SubProcess')) return 'process';
  return scope.businessObject.get('triggeredByEvent') === true ? 'event sub-process' : 'bpmn:StartEvent';
}

function kindOf(target: Target): string {
  const definition = target.eventDefinitionType ?? 'bpmn:none';
  return definition.replace('bpmn:', '').replace('EventDefinition', '').toLowerCase();
}

/** The library's entries of "Change element", by name, with what each would make. */
const targets = new Map<string, Target>(
  Object.values(
    replaceOptions as unknown as Record<string, ReplaceOption[] | Record<string, ReplaceOption[]>>,
  )
    .flatMap((options) => (Array.isArray(options) ? options : Object.values(options).flat()))
    .flatMap((option) => (option.target ? [[option.actionName, option.target] as const] : [])),
);

interface ReplaceOption {
  actionName: string;
  target?: Target;
}

class ReplaceMenu {
  static $inject = ['popupMenu'];

  constructor(popupMenu: PopupMenu) {
    popupMenu.registerProvider('bpmn-replace', AFTER_THE_LIBRARY, this);
  }

  getPopupMenuEntries(element: Drawn): Filter {
    return (entries) =>
      pick(entries, (name) => {
        const target = targets.get(name);
        return !target || mayBe(target, element);
      });
  }

  getPopupMenuHeaderEntries(): Filter {
    return (entries) =>
      pick(entries, (name) => !['toggle-participant-multiplicity', 'toggle-is-collection'].includes(name));
  }
}

class Palette {
  static $inject = ['palette', 'create', 'elementFactory', 'translate'];

  constructor(
    palette: Registry,
    private readonly create: Create,
    private readonly factory: Factory,
    private readonly translate: Translate,
  ) {
    palette.registerProvider(AFTER_THE_LIBRARY, this);
  }

  getPaletteEntries(): Filter {
    return (entries) => ({
      ...pick(entries, (name) => runs.tools.includes(name)),
      start: this.entry('event', 'start-event-none', 'Create start event', { type: 'bpmn:StartEvent' }),
      timer: this.entry('event', 'intermediate-event-catch-timer', 'Create timer', TIMER),
      end: this.entry('event', 'end-event-none', 'Create end event', { type: 'bpmn:EndEvent' }),
      exclusive: this.entry('gateway', 'gateway-xor', 'Create exclusive gateway', {
        type: 'bpmn:ExclusiveGateway',
      }),
      parallel: this.entry('gateway', 'gateway-parallel', 'Create parallel gateway', {
        type: 'bpmn:ParallelGateway',
      }),
      user: this.entry('activity', 'user-task', 'Create user task', { type: 'bpmn:UserTask' }),
      script: this.entry('activity', 'script-task', 'Create script task', { type: 'bpmn:ScriptTask' }),
      'create.subprocess-expanded': entries['create.subprocess-expanded'] ?? {},
      'create.participant-expanded': entries['create.participant-expanded'] ?? {},
    });
  }

  private entry(group: string, icon: string, title: string, shape: ShapeLike): Entry {
    const start = (event: Event) => {
      this.create.start(event, this.factory.createShape(shape));
    };
    return {
      group,
      className: `bpmn-icon-${icon}`,
      title: this.translate(title),
      action: { dragstart: start, click: start },
    };
  }
}

const TIMER: ShapeLike = {
  type: 'bpmn:IntermediateCatchEvent',
  eventDefinitionType: 'bpmn:TimerEventDefinition',
};

/** What each entry of the context pad would append; entries not named here change nothing that runs. */
const APPENDED: Record<string, Target> = {
  'append.receive-task': { type: 'bpmn:ReceiveTask' },
  'append.message-intermediate-event': caught('Message'),
  'append.timer-intermediate-event': caught('Timer'),
  'append.condition-intermediate-event': caught('Conditional'),
  'append.signal-intermediate-event': caught('Signal'),
};

function caught(kind: string): Target {
  return { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` };
}

class ContextPad {
  static $inject = ['contextPad', 'create', 'elementFactory', 'autoPlace', 'popupMenu', 'translate'];

  constructor(
    contextPad: Registry,
    private readonly create: Create,
    private readonly factory: Factory,
    private readonly autoPlace: { append(source: Drawn, shape: Drawn): void },
    private readonly popupMenu: PopupMenu,
    private readonly translate: Translate,
  ) {
    contextPad.registerProvider(AFTER_THE_LIBRARY, this);
  }

  getContextPadEntries(element: Drawn): Filter {
    return (entries) => {
      const kept = pick(entries, (name) => keeps(name, element));
      if ('append.append-task' in kept) {
        kept['append.append-task'] = this.append('user-task', 'Add user task', { type: 'bpmn:UserTask' });
        kept['append.intermediate-event'] = this.append('intermediate-event-catch-timer', 'Add timer', TIMER);
      }
      if (kept.replace) kept.replace = this.replaced(kept.replace);
      return kept;
    };
  }

  /** Where the menu opens, the library asks with a function of its own that it warns of. */
  private replaced(entry: Entry): Entry {
    const title = this.translate('Change element');
    const click = (event: MouseEvent, element: Drawn) => {
      const pad = (event.target as Element).closest('.djs-context-pad')?.getBoundingClientRect();
      const at = {
        x: pad?.left ?? event.x,
        y: (pad?.bottom ?? event.y) + 5,
        cursor: { x: event.x, y: event.y },
      };
      this.popupMenu.open(element, 'bpmn-replace', at, { title, width: 300, search: true });
    };
    return { ...entry, action: { click } };
  }

  private append(icon: string, title: string, shape: ShapeLike): Entry {
    return {
      group: 'model',
      className: `bpmn-icon-${icon}`,
      title: this.translate(title),
      action: {
        click: (_: Event, source: Drawn) => {
          this.autoPlace.append(source, this.factory.createShape(shape));
        },
        dragstart: (event: Event, source: Drawn) => {
          this.create.start(event, this.factory.createShape(shape), { source });
        },
      },
    };
  }
}

/** Whether an entry of the context pad of this element stays. */
function keeps(name: string, element: Drawn): boolean {
  const target = APPENDED[name];
  return !target || (mayBe(target) && mayFollow(element, target));
}

function pick(entries: Entries, keeps: (name: string) => boolean): Entries {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => keeps(name)));
}

export const offer = {
  __init__: ['batonReplaceMenu', 'batonPalette', 'batonContextPad'],
  batonReplaceMenu: ['type', ReplaceMenu],
  batonPalette: ['type', Palette],
  batonContextPad: ['type', ContextPad],
};
