/** A service: when it is worked on, and by whom. */
import { useTranslation } from 'react-i18next';
import classes from './fields.module.css';
import { changed, textOf, type FormProps } from './form';
import { NamesFields } from './names-fields';
import { CalendarPick, GroupPick } from './picks';

export function ServiceForm(props: FormProps) {
  const { t } = useTranslation('serviceLevels');
  const { document, onChange } = props;
  return (
    <>
      <NamesFields {...props} />
      <div className={classes.pair}>
        <CalendarPick
          label={t('calendar')}
          description={t('serviceCalendarHint')}
          value={textOf(document.calendar)}
          onChange={(calendar) => onChange(changed(document, { calendar }))}
        />
        <GroupPick
          label={t('ownerGroup')}
          value={textOf(document.owner_group)}
          onChange={(owner_group) => onChange(changed(document, { owner_group }))}
        />
      </div>
    </>
  );
}
