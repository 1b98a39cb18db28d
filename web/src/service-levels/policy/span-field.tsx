/** Working time, in hours and minutes. */
import { NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from '../fields.module.css';
import { spanOf, written } from './target';

interface Props {
  label: string;
  /** What stands before it says what it is: then its label is only read aloud. */
  silent?: boolean;
  /** Such as `PT4H30M`. */
  value: string | undefined;
  onChange: (value: string) => void;
}

export function SpanField({ label, silent = false, value, onChange }: Props) {
  const { t } = useTranslation('serviceLevels');
  const span = spanOf(value);
  return (
    <fieldset className={silent ? `${classes.plain} ${classes.silent}` : classes.plain}>
      <legend>{label}</legend>
      <div className={classes.row}>
        {(['hours', 'minutes'] as const).map((unit) => (
          <NumberInput
            key={unit}
            w={110}
            min={0}
            max={unit === 'hours' ? 100_000 : 59}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="strict"
            aria-label={`${label}: ${t(unit)}`}
            suffix={` ${t(unit)}`}
            value={span[unit]}
            onChange={(next) => onChange(written({ ...span, [unit]: Number(next) || 0 }))}
          />
        ))}
      </div>
    </fieldset>
  );
}
