/**
 * Keep an extension from following an element to a kind it means nothing on, so that changing a user task into
 * a script task leaves a diagram that deploys.
 */
import { standsOn } from './baton';
import type { EventBus, Moddle } from './diagram';

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

export const copying = { __init__: ['batonCopying'], batonCopying: ['factory', keepInPlace] };
