/** A point in time: short or relative at a glance, exact on hover and focus. */
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePerson } from '../api/session';
import { exact, relative, short, useNow } from '../time';

interface Props {
  /** RFC 3339, as the API gives it. */
  at: string;
  /** `relative` ("2 hours ago"), `short` ("10:30", "2 Mar, 10:30") or `exact`, with the zone. */
  as?: 'relative' | 'short' | 'exact';
  /** False inside a link or a button, which has the focus already. */
  focusable?: boolean;
}

/** In the person's zone and language. */
export function Instant({ at, as = 'relative', focusable = true }: Props) {
  const { i18n } = useTranslation();
  const { zone } = usePerson();
  const now = useNow();
  const whole = exact(at, i18n.language, zone);
  const shown = {
    relative: () => relative(at, i18n.language, now),
    short: () => short(at, i18n.language, zone, now),
    exact: () => whole,
  }[as]();
  if (as === 'exact') return <time dateTime={at}>{whole}</time>;
  return (
    <Tooltip label={whole}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the exact time is read on focus */}
      <time dateTime={at} tabIndex={focusable ? 0 : undefined}>
        {shown}
      </time>
    </Tooltip>
  );
}
