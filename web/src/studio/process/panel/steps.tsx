/**
 * Going through the diagram and drawing on without a mouse: to any element, the next step behind this one, an
 * event on its border, a line to another, away with it.
 */
import { ActionIcon, Button, Group, Menu, Select, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../../ui/icon';
import type { Drawn, Moddle, ShapeLike } from '../diagram';
import { is } from '../diagram';
import type { ProcessEditor } from '../editor';
import { kindOf } from '../kinds';
import { definition, text, throws } from '../model';
import { mayBe, mayFollow } from '../offer';

interface Props {
  editor: ProcessEditor;
  element: Drawn;
}

const NEXT = [
  { name: 'UserTask', shape: { type: 'bpmn:UserTask' } },
  { name: 'ScriptTask', shape: { type: 'bpmn:ScriptTask' } },
  { name: 'BusinessRuleTask', shape: { type: 'bpmn:BusinessRuleTask' } },
  { name: 'ServiceTask', shape: { type: 'bpmn:ServiceTask' } },
  { name: 'ReceiveTask', shape: { type: 'bpmn:ReceiveTask' } },
  { name: 'SendTask', shape: { type: 'bpmn:SendTask' } },
  { name: 'CallActivity', shape: { type: 'bpmn:CallActivity' } },
  { name: 'SubProcess', shape: { type: 'bpmn:SubProcess', isExpanded: true } },
  { name: 'ExclusiveGateway', shape: { type: 'bpmn:ExclusiveGateway' } },
  { name: 'ParallelGateway', shape: { type: 'bpmn:ParallelGateway' } },
  { name: 'InclusiveGateway', shape: { type: 'bpmn:InclusiveGateway' } },
  { name: 'EventBasedGateway', shape: { type: 'bpmn:EventBasedGateway' } },
  { name: 'Timer', shape: caught('Timer') },
  { name: 'Message', shape: caught('Message') },
  { name: 'Signal', shape: caught('Signal') },
  { name: 'Conditional', shape: caught('Conditional') },
  { name: 'ThrownSignal', shape: thrown('Signal') },
  { name: 'Link', shape: thrown('Link') },
  { name: 'EndEvent', shape: { type: 'bpmn:EndEvent' } },
] as const;

const BORDER = [
  'Timer',
  'Message',
  'Signal',
  'Error',
  'Escalation',
  'Conditional',
  'Compensate',
  'Cancel',
] as const;

export function Steps({ editor, element }: Props) {
  const { t } = useTranslation('studio');
  const isShape = Boolean(element.parent);
  const goesOn = is(element, 'bpmn:FlowNode') && !isEnd(element) && !isEventSubProcess(element);
  const borders = BORDER.filter((kind) => mayAttach(kind, element));
  const reachable = goesOn ? editor.elements.filter((other) => editor.mayConnect(element, other)) : [];
  return (
    <>
      <Select
        size="xs"
        label={t('steps.element')}
        placeholder={t('steps.elementHint')}
        searchable
        clearable
        nothingFoundMessage={t('steps.noElement')}
        data={editor.elements.filter(isNamed).map((each) => ({ value: each.id, label: labelOf(each, t) }))}
        value={isShape && isNamed(element) ? element.id : null}
        onChange={(id) => editor.reveal(id)}
        maxDropdownHeight={320}
      />
      {isShape && (
        <Group gap={4}>
          {goesOn && (
            <Menu>
              <Menu.Target>
                <Button size="compact-sm" variant="default" leftSection={<Icon name="plus" size={14} />}>
                  {t('steps.next')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah="min(36rem, 75vh)" style={{ overflowY: 'auto' }}>
                {NEXT.filter(({ shape }) => mayBe(shape) && mayFollow(element, shape)).map(
                  ({ name, shape }) => (
                    <Menu.Item key={name} onClick={() => editor.append(element, shape)}>
                      {t(`step.${name}`)}
                    </Menu.Item>
                  ),
                )}
              </Menu.Dropdown>
            </Menu>
          )}
          {borders.length > 0 && (
            <Menu>
              <Menu.Target>
                <Button size="compact-sm" variant="default" leftSection={<Icon name="clock" size={14} />}>
                  {t('steps.border')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {borders.map((kind) => (
                  <Menu.Item key={kind} onClick={() => editor.attach(element, kind)}>
                    {t(`border.${kind}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
          {reachable.length > 0 && (
            <Menu>
              <Menu.Target>
                <Button size="compact-sm" variant="default" leftSection={<Icon name="right" size={14} />}>
                  {t('steps.connect')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
                {reachable.map((other) => (
                  <Menu.Item
                    key={other.id}
                    onClick={() => editor.service('modeling').connect(element, other)}
                  >
                    {labelOf(other, t)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
          <Tooltip label={t('steps.remove')}>
            <ActionIcon
              size="sm"
              ml="auto"
              aria-label={t('steps.remove')}
              onClick={() => editor.service('modeling').removeElements([element])}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
    </>
  );
}

function caught(kind: string): ShapeLike {
  return { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` };
}

function thrown(kind: string): ShapeLike {
  return { type: 'bpmn:IntermediateThrowEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` };
}

/** Where a path ends: a link that is thrown goes on elsewhere, and what undoes something leads nowhere. */
function isEnd({ businessObject }: Drawn): boolean {
  return (
    is(businessObject, 'bpmn:EndEvent') ||
    isHandler(businessObject) ||
    (throws(businessObject) && Boolean(definition(businessObject, 'Link')))
  );
}

function mayAttach(kind: string, host: Drawn): boolean {
  const isHost = is(host, 'bpmn:Activity') && !isEventSubProcess(host) && !isHandler(host.businessObject);
  return (
    isHost &&
    (kind !== 'Cancel' || is(host, 'bpmn:Transaction')) &&
    mayBe({ type: 'bpmn:BoundaryEvent', eventDefinitionType: `bpmn:${kind}EventDefinition` })
  );
}

/** Whether it is there to undo another activity. */
function isHandler(owner: Moddle): boolean {
  return is(owner, 'bpmn:Activity') && owner.get('isForCompensation') === true;
}

function isEventSubProcess(element: Drawn): boolean {
  return is(element, 'bpmn:SubProcess') && element.businessObject.get('triggeredByEvent') === true;
}

/** Lines are many and mostly nameless: of them only those that say something can be gone to. */
function isNamed(element: Drawn): boolean {
  return !is(element, 'bpmn:SequenceFlow') || text(element.businessObject, 'name') !== '';
}

function labelOf(element: Drawn, t: ReturnType<typeof useTranslation<'studio'>>['t']): string {
  const name = text(element.businessObject, 'name') || text(element.businessObject, 'text') || element.id;
  return `${name} · ${t(`kind.${kindOf(element.businessObject)}`)}`;
}
