/** Fields that pick one of the things there are. */
import { Autocomplete, MultiSelect, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGroups, usePeople } from '../api/people';
import { useProcessDefinitions } from '../api/process-definitions';
import { useDocuments, type Kind } from '../api/service-levels';

interface Option {
  value: string;
  label: string;
}

interface PickProps {
  label: string;
  description?: string;
  /** '' when nothing is picked. */
  value: string;
  onChange: (value: string | null) => void;
}

function Pick({ label, description, value, onChange, data }: PickProps & { data: Option[] }) {
  const { t } = useTranslation('serviceLevels');
  // What the document names is shown, though there may be no such thing any more.
  const known = value === '' || data.some((option) => option.value === value);
  return (
    <Select
      label={label}
      description={description}
      placeholder={t('unset')}
      data={known ? data : [{ value, label: value }, ...data]}
      value={value === '' ? null : value}
      clearable
      clearButtonProps={{ 'aria-label': t('clear', { name: label }) }}
      searchable
      onChange={onChange}
    />
  );
}

function useOptions(kind: Kind): Option[] {
  const { data = [] } = useDocuments(kind);
  return data.filter(({ retired }) => !retired).map(({ key, name }) => ({ value: key, label: name }));
}

export function CalendarPick(props: PickProps) {
  return <Pick {...props} data={useOptions('calendars')} />;
}

export function ServicePick(props: PickProps) {
  return <Pick {...props} data={useOptions('services')} />;
}

export function AgreementPick(props: PickProps) {
  return <Pick {...props} data={useOptions('agreements')} />;
}

export function GroupPick(props: PickProps) {
  const { data = [] } = useGroups();
  return <Pick {...props} data={data.map(({ name, title }) => ({ value: name, label: title }))} />;
}

export function ProcessPick(props: PickProps) {
  const { data = [] } = useProcessDefinitions();
  return <Pick {...props} data={data.map(({ key, name }) => ({ value: key, label: name || key }))} />;
}

/** An organisation by its key: one that somebody belongs to, or one that nobody does yet. */
export function OrganisationField({ label, description, value, onChange }: PickProps) {
  const { data = [] } = usePeople('');
  const known = data.map(({ organisation }) => organisation).filter((key) => key !== null);
  return (
    <Autocomplete
      label={label}
      description={description}
      data={[...new Set(known)]}
      value={value}
      onChange={(key) => onChange(key.trim() || null)}
    />
  );
}

interface ManyProps {
  label: string;
  description?: string;
  value: string[];
  onChange: (value: string[]) => void;
}

export function ServicesPick({ label, description, value, onChange }: ManyProps) {
  const data = useOptions('services');
  return (
    <MultiSelect
      searchable
      label={label}
      description={description}
      data={[...data, ...value.filter((key) => !data.some((one) => one.value === key))]}
      value={value}
      onChange={onChange}
    />
  );
}
