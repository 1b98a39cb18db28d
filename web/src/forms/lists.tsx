/** Lists in forms: entries to add, order and remove. */
import { ActionIcon, Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps } from '@rjsf/utils';
import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/icon';
import classes from './form-view.module.css';
import { Mark } from './mark';

/** What the list around a field is called; null for a field that stands in none or in a group with a label. */
const ListTitle = createContext<string | null>(null);

/** An entry's number inside its list, for an input that has no label of its own to be seen. */
const EntryLabel = createContext<string | null>(null);

export function useEntryLabel(): string | null {
  return useContext(EntryLabel);
}

/** Around fields that have labels of their own. */
export function Labelled({ children }: { children: ReactNode }) {
  return <EntryLabel value={null}>{children}</EntryLabel>;
}

export function Items(props: ArrayFieldTemplateProps<unknown>) {
  const { t } = useTranslation('forms');
  const { canAdd, disabled, fieldPathId, items, onAddClick, rawErrors, readonly, required, schema, title } =
    props;
  const list = useFocusOnChange(items.length);
  const uiTitle = props.uiSchema?.['ui:title'];
  const name = uiTitle ?? title;
  const editable = readonly !== true && disabled !== true;
  return (
    <Fieldset
      ref={list}
      id={fieldPathId.$id}
      className={classes.group}
      data-faulty={rawErrors?.length ? true : undefined}
      legend={
        <>
          {name}
          <Mark required={required} />
        </>
      }
    >
      {schema.description && (
        <Text size="sm" c="dimmed">
          {schema.description}
        </Text>
      )}
      <Stack gap="xs" mt="xs">
        {items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('list.empty')}
          </Text>
        )}
        <ListTitle value={name}>{items}</ListTitle>
      </Stack>
      {canAdd && editable && (
        <Button
          mt="xs"
          size="compact-md"
          variant="default"
          data-add
          leftSection={<Icon name="plus" size={16} />}
          onClick={onAddClick}
        >
          {t('list.add')}
        </Button>
      )}
    </Fieldset>
  );
}

/** Lead into an entry that was added, and to the button that adds when one was removed. */
function useFocusOnChange(count: number) {
  const list = useRef<HTMLFieldSetElement>(null);
  const before = useRef(count);
  useEffect(() => {
    const { activeElement } = document;
    const inside = list.current?.contains(activeElement) === true || activeElement === document.body;
    if (inside && count > before.current) {
      const added = [...(list.current?.querySelectorAll('[data-entry]') ?? [])].at(-1);
      added?.querySelector<HTMLElement>('input, textarea, select')?.focus();
    }
    if (inside && count < before.current) list.current?.querySelector<HTMLElement>('[data-add]')?.focus();
    before.current = count;
  }, [count]);
  return list;
}

export function ItemOf({ buttonsProps, children, hasToolbar, index }: ArrayFieldItemTemplateProps<unknown>) {
  const { t } = useTranslation('forms');
  const title = useContext(ListTitle);
  const { disabled, hasMoveUp, hasRemove, onMoveUpItem, onRemoveItem, readonly } = buttonsProps;
  const off = disabled === true || readonly === true;
  const label = `${title ?? t('list.item')} ${index + 1}`;
  return (
    <div className={classes.entry} data-entry>
      <div className={classes.fields}>
        <EntryLabel value={label}>{children}</EntryLabel>
      </div>
      {hasToolbar && !off && (
        <Group gap={2} wrap="nowrap">
          {hasMoveUp && (
            <ActionIcon
              aria-label={t('list.up', { entry: label })}
              disabled={index === 0}
              onClick={onMoveUpItem}
            >
              <Icon name="up" />
            </ActionIcon>
          )}
          {hasRemove && (
            <ActionIcon aria-label={t('list.remove', { entry: label })} onClick={onRemoveItem}>
              <Icon name="trash" />
            </ActionIcon>
          )}
        </Group>
      )}
    </div>
  );
}
