/** The hours of a day: from, to, and as many as it takes. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icon';
import classes from '../fields.module.css';
import { minutesOf, type Hours } from './hours';

interface Props {
  /** Whose hours they are. */
  label: string;
  hours: Hours;
  onChange: (hours: Hours) => void;
}

export function HoursField({ label, hours, onChange }: Props) {
  const { t } = useTranslation('serviceLevels');
  const put = (index: number, side: 0 | 1, text: string) => {
    onChange(
      hours.map((each, at) =>
        at === index ? each.map((one, which) => (which === side ? text : one)) : each,
      ),
    );
  };
  return (
    <div className={classes.row} role="group" aria-label={label}>
      {hours.length === 0 && <span className={classes.hint}>{t('closed')}</span>}
      {hours.map((each, index) => (
        <span key={index} className={classes.hours}>
          {([0, 1] as const).map((side) => (
            <TextInput
              key={side}
              size="xs"
              aria-label={t(side === 0 ? 'opensAt' : 'closesAt', { day: label, number: index + 1 })}
              placeholder="00:00"
              value={each[side] ?? ''}
              error={minutesOf(each[side]) === undefined}
              onChange={(event) => put(index, side, event.currentTarget.value)}
            />
          ))}
          <ActionIcon
            size="sm"
            aria-label={t('removeHours', { day: label, number: index + 1 })}
            onClick={() => onChange(hours.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </span>
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        aria-label={t('addHoursOf', { day: label })}
        onClick={() => onChange([...hours, [hours.at(-1)?.[1] ?? '09:00', '17:00']])}
      >
        {t('addHours')}
      </Button>
    </div>
  );
}
