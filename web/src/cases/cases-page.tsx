/** The cases this person may see, found by words and narrowed by filters. */
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeople } from '../api/people';
import { useProcessDefinitions } from '../api/process-definitions';
import { useProcessInstances } from '../api/process-instances';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { CaseTable } from './case-table';
import classes from './cases-page.module.css';
import { filterOf, isNarrowed, NO_FILTERS, PRIORITIES, STATES, useChosen, type Chosen } from './filters';

export default function CasesPage() {
  const { t } = useTranslation('cases');
  const [chosen, choose] = useChosen();
  const cases = useProcessInstances(filterOf(chosen));
  const empty = isNarrowed(chosen) ? (
    <Empty icon="search" title={t('empty.found')}>
      {t('empty.foundHint')}
    </Empty>
  ) : (
    <Empty icon="cases" title={t('empty.cases')}>
      {t('empty.casesHint')}
    </Empty>
  );
  return (
    <>
      <PageTitle title={t('title')} />
      <Filters chosen={chosen} choose={choose} />
      <div aria-busy={cases.isPlaceholderData} className={classes.found}>
        <Listed query={cases} empty={empty}>
          {(items) => <CaseTable cases={items} label={t('title')} />}
        </Listed>
      </div>
    </>
  );
}

interface FilterProps {
  chosen: Chosen;
  choose: (change: Partial<Chosen>) => void;
}

function Filters({ chosen, choose }: FilterProps) {
  const { t } = useTranslation('cases');
  const { t: common } = useTranslation();
  const { data: definitions = [] } = useProcessDefinitions();
  const { data: people = [] } = usePeople('');
  return (
    <Group gap="sm" mb="md" align="end" role="search" aria-label={t('filter.title')}>
      <Words key={chosen.q} chosen={chosen} choose={choose} />
      <Select
        label={t('process')}
        placeholder={t('filter.any')}
        clearable
        className={classes.filter}
        data={definitions.map(({ key, name }) => ({ value: key, label: name }))}
        value={chosen.definition}
        onChange={(definition) => choose({ definition })}
      />
      <Select
        label={t('state')}
        placeholder={t('filter.any')}
        clearable
        className={classes.filter}
        data={STATES.map((state) => ({ value: state, label: common(`state.${state}`) }))}
        value={chosen.state}
        onChange={(state) => choose({ state: state })}
      />
      <Select
        label={t('priority')}
        placeholder={t('filter.any')}
        clearable
        className={classes.short}
        data={PRIORITIES}
        value={chosen.priority}
        onChange={(priority) => choose({ priority })}
      />
      <Select
        label={t('requester')}
        placeholder={t('filter.anybody')}
        clearable
        searchable
        className={classes.filter}
        data={people.map(({ username, name }) => ({ value: username, label: name }))}
        value={chosen.requester}
        onChange={(requester) => choose({ requester })}
      />
      {isNarrowed({ ...chosen, q: '' }) && (
        <Button variant="subtle" onClick={() => choose(NO_FILTERS)}>
          {t('filter.clear')}
        </Button>
      )}
    </Group>
  );
}

/** Searches while it is typed in; the address follows a moment later. */
function Words({ chosen, choose }: FilterProps) {
  const { t } = useTranslation('cases');
  const [text, setText] = useState(chosen.q);
  const search = useDebouncedCallback((q: string) => choose({ q }), 250);
  return (
    <TextInput
      label={t('search.hint')}
      type="search"
      className={classes.words}
      leftSection={<Icon name="search" size={16} />}
      value={text}
      maxLength={200}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}
