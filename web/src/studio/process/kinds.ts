/** What an element is called: the key of its kind in `studio.json`. */
import type { Moddle } from './diagram';
import { is } from './diagram';

const KINDS = [
  'UserTask',
  'ScriptTask',
  'ServiceTask',
  'BusinessRuleTask',
  'ReceiveTask',
  'SendTask',
  'ManualTask',
  'CallActivity',
  'Transaction',
  'SubProcess',
  'Task',
  'ExclusiveGateway',
  'ParallelGateway',
  'InclusiveGateway',
  'EventBasedGateway',
  'Gateway',
  'StartEvent',
  'EndEvent',
  'BoundaryEvent',
  'IntermediateCatchEvent',
  'IntermediateThrowEvent',
  'SequenceFlow',
  'MessageFlow',
  'Association',
  'Process',
  'Collaboration',
  'Participant',
  'Lane',
  'TextAnnotation',
  'Group',
] as const;
export type Kind = (typeof KINDS)[number] | 'Element';

export function kindOf(moddle: Moddle): Kind {
  return KINDS.find((kind) => is(moddle, `bpmn:${kind}`)) ?? 'Element';
}
