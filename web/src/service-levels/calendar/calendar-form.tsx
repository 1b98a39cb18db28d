/** A working calendar: its week and its year to be seen, and all of it edited. */
import { ActionIcon, Autocomplete, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CalendarDocument } from '../../api/service-levels';
import { Icon } from '../../ui/icon';
import classes from '../fields.module.css';
import { changed, textOf, type FormProps } from '../form';
import { NamesFields } from '../names-fields';
import { nameOfDay, WEEKDAYS, type Hours, type Weekday } from './hours';
import { HoursField } from './hours-field';
import { Week } from './week';
import { Year } from './year';

const ZONES = Intl.supportedValuesOf('timeZone');

export function CalendarForm(props: FormProps) {
  const { t, i18n } = useTranslation('serviceLevels');
  const { document, onChange } = props;
  const calendar = document as CalendarDocument;
  const weekly: Partial<Record<Weekday, Hours>> = calendar.weekly ?? {};
  const put = (entries: Record<string, unknown>) => onChange(changed(document, entries));
  return (
    <>
      <Week weekly={weekly} />
      <Year calendar={calendar} />
      <NamesFields {...props} />
      <div className={classes.pair}>
        <Autocomplete
          label={t('zone')}
          description={t('zoneHint')}
          data={ZONES}
          limit={30}
          value={textOf(calendar.tz)}
          onChange={(tz) => put({ tz })}
        />
        <TextInput
          label={t('region')}
          description={t('regionHint')}
          placeholder="DE-BY"
          value={textOf(calendar.region)}
          onChange={(event) => put({ region: event.currentTarget.value.trim().toUpperCase() || undefined })}
        />
      </div>
      <fieldset className={classes.plain}>
        <legend>{t('weeklyHours')}</legend>
        <div className={classes.rows}>
          {WEEKDAYS.map((day) => (
            <div key={day} className={classes.row}>
              <span className={classes.day}>{nameOfDay(day, i18n.language)}</span>
              <HoursField
                label={nameOfDay(day, i18n.language)}
                hours={weekly[day] ?? []}
                onChange={(hours) => {
                  put({ weekly: changed(weekly, { [day]: hours.length > 0 ? hours : undefined }) });
                }}
              />
            </div>
          ))}
        </div>
        <p className={classes.hint}>{t('weeklyHint')}</p>
      </fieldset>
      <SpecialDays
        days={calendar.special_days ?? {}}
        onChange={(days) => put({ special_days: Object.keys(days).length > 0 ? days : undefined })}
      />
      <ClosedDays
        days={calendar.holidays ?? []}
        onChange={(holidays) => put({ holidays: holidays.length > 0 ? holidays : undefined })}
      />
      {calendar.region && (
        <fieldset className={classes.plain}>
          <legend>{t('makeUp')}</legend>
          <HoursField
            label={t('makeUp')}
            hours={calendar.make_up ?? []}
            onChange={(hours) => put({ make_up: hours.length > 0 ? hours : undefined })}
          />
          <p className={classes.hint}>{t('makeUpHint')}</p>
        </fieldset>
      )}
      {(calendar.changes ?? []).length > 0 && (
        <p className={classes.hint}>
          {t('changesHint', { dates: (calendar.changes ?? []).map(({ from }) => from).join(', ') })}
        </p>
      )}
    </>
  );
}

function SpecialDays({
  days,
  onChange,
}: {
  days: Record<string, Hours>;
  onChange: (days: Record<string, Hours>) => void;
}) {
  const { t } = useTranslation('serviceLevels');
  const dates = Object.keys(days);
  return (
    <fieldset className={classes.plain}>
      <legend>{t('specialDays')}</legend>
      <div className={classes.rows}>
        {dates.map((date, index) => (
          <div key={index} className={classes.row}>
            <TextInput
              type="date"
              size="xs"
              aria-label={t('dateOf', { number: index + 1, what: t('specialDays') })}
              value={date}
              onChange={(event) => {
                const next = event.currentTarget.value;
                if (next === '' || next in days) return;
                onChange(
                  Object.fromEntries(dates.map((one) => [one === date ? next : one, days[one] ?? []])),
                );
              }}
            />
            <HoursField
              label={date}
              hours={days[date] ?? []}
              onChange={(hours) => onChange({ ...days, [date]: hours })}
            />
            <ActionIcon
              aria-label={t('removeDay', { date })}
              onClick={() =>
                onChange(Object.fromEntries(Object.entries(days).filter(([one]) => one !== date)))
              }
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </div>
        ))}
      </div>
      <Button
        variant="default"
        size="compact-sm"
        mt={6}
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange({ ...days, [freeDay(dates)]: [] })}
      >
        {t('addSpecialDay')}
      </Button>
      <p className={classes.hint}>{t('specialHint')}</p>
    </fieldset>
  );
}

function ClosedDays({ days, onChange }: { days: readonly string[]; onChange: (days: string[]) => void }) {
  const { t } = useTranslation('serviceLevels');
  return (
    <fieldset className={classes.plain}>
      <legend>{t('closedDays')}</legend>
      <div className={classes.row}>
        {days.map((date, index) => (
          <span key={index} className={classes.row}>
            <TextInput
              type="date"
              size="xs"
              aria-label={t('dateOf', { number: index + 1, what: t('closedDays') })}
              value={date}
              onChange={(event) => {
                const next = event.currentTarget.value;
                if (next !== '') onChange(days.map((one, at) => (at === index ? next : one)));
              }}
            />
            <ActionIcon
              aria-label={t('removeDay', { date })}
              onClick={() => onChange(days.filter((_, at) => at !== index))}
            >
              <Icon name="trash" size={16} />
            </ActionIcon>
          </span>
        ))}
      </div>
      <Button
        variant="default"
        size="compact-sm"
        mt={6}
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange([...days, freeDay(days)])}
      >
        {t('addClosedDay')}
      </Button>
    </fieldset>
  );
}

/** The first day from today on that is not there yet. */
function freeDay(taken: readonly string[]): string {
  const date = new Date();
  while (taken.includes(date.toISOString().slice(0, 10))) date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
