/** An agreement: with whom, about what, from when to when. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './fields.module.css';
import { changed, textOf, type FormProps } from './form';
import { NamesFields } from './names-fields';
import { CalendarPick, GroupPick, OrganisationField, ServicesPick } from './picks';

const KINDS = ['sla', 'ola', 'uc'] as const;

export function AgreementForm(props: FormProps) {
  const { t } = useTranslation('serviceLevels');
  const { document, onChange } = props;
  const put = (entries: Record<string, unknown>) => onChange(changed(document, entries));
  const kind = KINDS.find((one) => one === document.kind) ?? 'sla';
  const text = (name: string) => ({
    value: textOf(document[name]),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      put({ [name]: event.currentTarget.value || null }),
  });
  return (
    <>
      <NamesFields {...props} />
      <div className={classes.pair}>
        <NativeSelect
          label={t('agreementKind')}
          data={KINDS.map((value) => ({ value, label: t(`kindOf.${value}`) }))}
          value={kind}
          onChange={(event) => put({ kind: event.currentTarget.value })}
        />
        {kind === 'sla' && (
          <OrganisationField
            label={t('organisation')}
            description={t('organisationHint')}
            value={textOf(document.organisation)}
            onChange={(organisation) => put({ organisation })}
          />
        )}
        {kind !== 'sla' && (
          <GroupPick
            label={t('team')}
            description={t('teamHint')}
            value={textOf(document.team)}
            onChange={(team) => put({ team })}
          />
        )}
        {kind === 'uc' && <TextInput label={t('supplier')} {...text('supplier')} />}
        <ServicesPick
          label={t('services')}
          description={t('servicesHint')}
          value={(document.services as string[] | undefined) ?? []}
          onChange={(services) => put({ services })}
        />
        <CalendarPick
          label={t('calendar')}
          value={textOf(document.calendar)}
          onChange={(calendar) => put({ calendar })}
        />
        <TextInput type="date" label={t('validFrom')} {...text('valid_from')} />
        <TextInput type="date" label={t('validTo')} {...text('valid_to')} />
      </div>
    </>
  );
}
