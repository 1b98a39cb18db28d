/**
 * Keep what means nothing on another kind from following an element to it, so that changing a user task into a
 * script task, or how a process begins, leaves a diagram that deploys.
 */
import { standsOn } from './baton';
import type { Drawn, EventBus, Modeling, Moddle } from './diagram';
import { is } from './diagram';
import { children, text } from './model';

interface Copying {
  parent: Moddle;
  property: unknown;
}

function keepInPlace(eventBus: EventBus): void {
  eventBus.on('moddleCopy.canCopyProperty', (copying: Copying) =>
    mayStand(copying.property, copying.parent) ? undefined : false,
  );
}
keepInPlace.$inject = ['eventBus'];

function mayStand(property: unknown, parent: Moddle): boolean {
  const places = isModdle(property) ? standsOn[property.$type] : undefined;
  const owner = parent.$type === 'bpmn:ExtensionElements' ? parent.$parent : parent;
  return !places || !owner || places.some((place) => owner.$instanceOf(place));
}

function isModdle(value: unknown): value is Moddle {
  return typeof value === 'object' && value !== null && '$type' in value;
}

/** Nobody fills in a form where a case begins by itself. */
function leaveForm(eventBus: EventBus, modeling: Modeling): void {
  eventBus.on('commandStack.shape.replace.postExecuted', ({ context: { newShape } }: Replacing) => {
    const owner = newShape.businessObject;
    const asks = text(owner, 'camunda:formKey') !== '';
    if (is(owner, 'bpmn:StartEvent') && asks && children(owner, 'eventDefinitions').length > 0) {
      modeling.updateProperties(newShape, { 'camunda:formKey': undefined });
    }
  });
}
leaveForm.$inject = ['eventBus', 'modeling'];

interface Replacing {
  context: { newShape: Drawn };
}

export const copying = {
  __init__: ['batonCopying', 'batonForms'],
  batonCopying: ['factory', keepInPlace],
  batonForms: ['factory', leaveForm],
};
