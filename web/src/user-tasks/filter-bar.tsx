/** Narrowing a list of tasks. On a phone only the search stands there until more is asked for. */
import { Button, NativeSelect, Switch, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGroups } from '../api/people';
import { useProcessDefinitions } from '../api/process-definitions';
import { usePerson } from '../api/session';
import { Icon } from '../ui/icon';
import classes from './filter-bar.module.css';
import { narrowing, type Chosen } from './filters';

interface Props {
  chosen: Chosen;
  choose: (change: Partial<Chosen>) => void;
}

const PRIORITIES = ['1', '2', '3', '4'];

export function FilterBar({ chosen, choose }: Props) {
  const { t } = useTranslation('work');
  const [open, more] = useDisclosure(false);
  const count = narrowing({ ...chosen, text: '' });
  return (
    <div className={classes.bar} role="search" aria-label={t('filter')}>
      <SearchText chosen={chosen} choose={choose} />
      <Button
        variant="default"
        hiddenFrom="sm"
        aria-expanded={open}
        rightSection={<Icon name={open ? 'up' : 'down'} size={16} />}
        onClick={more.toggle}
      >
        {count > 0 ? t('filtersActive', { count }) : t('filters')}
      </Button>
      <div className={classes.more} data-open={open || undefined}>
        <Choices chosen={chosen} choose={choose} />
      </div>
    </div>
  );
}

function SearchText({ chosen, choose }: Props) {
  const { t } = useTranslation('work');
  const [text, setText] = useState(chosen.text);
  const [asked, setAsked] = useState(chosen.text);
  if (asked !== chosen.text) {
    setAsked(chosen.text);
    // Cleared by a button: what is typed here goes ahead of the address otherwise.
    if (chosen.text === '') setText('');
  }
  const search = useDebouncedCallback((wanted: string) => {
    choose({ text: wanted });
  }, 250);
  return (
    <TextInput
      className={classes.search}
      type="search"
      aria-label={t('search')}
      placeholder={t('search')}
      leftSection={<Icon name="search" size={16} />}
      value={text}
      maxLength={200}
      onChange={(event) => {
        setText(event.target.value);
        search(event.target.value);
      }}
    />
  );
}

function Choices({ chosen, choose }: Props) {
  const { t } = useTranslation('work');
  const { data: processes = [] } = useProcessDefinitions();
  return (
    <>
      <NativeSelect
        aria-label={t('process')}
        value={chosen.process}
        data={[
          { value: '', label: t('anyProcess') },
          ...processes.map(({ key, name }) => ({ value: key, label: name || key })),
        ]}
        onChange={(event) => {
          choose({ process: event.target.value });
        }}
      />
      {chosen.tab !== 'mine' && <GroupChoice chosen={chosen} choose={choose} />}
      <NativeSelect
        aria-label={t('priority')}
        value={chosen.priority}
        data={[
          { value: '', label: t('anyPriority') },
          ...PRIORITIES.map((priority) => ({ value: priority, label: t('priorityOf', { priority }) })),
        ]}
        onChange={(event) => {
          choose({ priority: event.target.value });
        }}
      />
      <NativeSelect
        aria-label={t('order')}
        value={chosen.oldest ? 'oldest' : 'due'}
        data={[
          { value: 'due', label: t('dueFirst') },
          { value: 'oldest', label: t('oldestFirst') },
        ]}
        onChange={(event) => {
          choose({ oldest: event.target.value === 'oldest' });
        }}
      />
      <Switch
        label={t('onlyOverdue')}
        checked={chosen.overdue}
        onChange={(event) => {
          choose({ overdue: event.target.checked });
        }}
      />
      {chosen.tab === 'team' && (
        <Switch
          label={t('claimedToo')}
          checked={chosen.claimed}
          onChange={(event) => {
            choose({ claimed: event.target.checked });
          }}
        />
      )}
    </>
  );
}

function GroupChoice({ chosen, choose }: Props) {
  const { t } = useTranslation('work');
  const { groups } = usePerson();
  const { data = [] } = useGroups();
  const offered = data.filter(({ name }) => chosen.tab === 'all' || groups.includes(name));
  return (
    <NativeSelect
      aria-label={t('group')}
      value={chosen.group}
      data={[
        { value: '', label: t('anyGroup') },
        ...offered.map(({ name, title }) => ({ value: name, label: title })),
      ]}
      onChange={(event) => {
        choose({ group: event.target.value });
      }}
    />
  );
}
