/** The words of `baton:` inside a diagram's extension elements, told to the library that reads and writes BPMN. */
/** What moddle needs to know to read, keep and write `baton:` elements. */
export const baton = {
  name: 'Baton',
  prefix: 'baton',
  uri: 'urn:baton:bpmn:1',
  xml: { tagAlias: 'lowerCase' },
  types: [
    said('Name', attribute('lang'), { name: 'text', type: 'String', isBody: true }),
    said('Description', attribute('lang'), { name: 'text', type: 'String', isBody: true }),
    said(
      'Record',
      attribute('prefix'),
      attribute('title'),
      attribute('priority'),
      attribute('service'),
      attribute('requester'),
    ),
    said('Group', attribute('name')),
    said('Separation', attribute('from')),
    said('Correlation', attribute('key')),
    said('Payload', attribute('variable')),
    said('Clock', attribute('name'), attribute('action'), attribute('on')),
  ],
};

/** Where each of them may stand; an element that becomes another kind leaves behind what is not for it. */
export const standsOn: Record<string, readonly string[]> = {
  'baton:Record': ['bpmn:Process'],
  'baton:Description': ['bpmn:Process'],
  'baton:Group': ['bpmn:Lane'],
  'baton:Clock': ['bpmn:Process', 'bpmn:Activity', 'bpmn:Event'],
  'baton:Separation': ['bpmn:UserTask'],
  'baton:Correlation': ['bpmn:MessageEventDefinition', 'bpmn:ReceiveTask', 'bpmn:SendTask'],
  'baton:Payload': [
    'bpmn:MessageEventDefinition',
    'bpmn:SignalEventDefinition',
    'bpmn:ReceiveTask',
    'bpmn:SendTask',
  ],
  'camunda:InputOutput': ['bpmn:Activity'],
  'camunda:In': ['bpmn:CallActivity'],
  'camunda:Out': ['bpmn:CallActivity'],
};

interface Property {
  name: string;
  type: string;
  isAttr?: boolean;
  isBody?: boolean;
}

function attribute(name: string): Property {
  return { name, type: 'String', isAttr: true };
}

function said(name: string, ...properties: Property[]) {
  return { name, superClass: ['Element'], properties };
}
