/** A point in time: short or relative at a glance, exact on hover and focus. */
import { Tooltip } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { useId, useRef, useState } from 'react';
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
  if (as === 'exact') return <time dateTime={at}>{exact(at, i18n.language, zone)}</time>;
  const shown = as === 'short' ? short(at, i18n.language, zone, now) : relative(at, i18n.language, now);
  return <Exactly at={at} shown={shown} focusable={focusable} />;
}

/** What is shown, and the exact time once somebody looks: a tooltip costs more than the row it stands in. */
function Exactly({ at, shown, focusable }: { at: string; shown: string; focusable: boolean }) {
  const time = useRef<HTMLTimeElement>(null);
  const id = useId();
  const [looked, setLooked] = useState<'never' | 'now' | 'before'>('never');
  const look = () => {
    setLooked('now');
  };
  const leave = () => {
    setLooked('before');
  };
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing is done but told */}
      <time
        ref={time}
        dateTime={at}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the exact time is read on focus
        tabIndex={focusable ? 0 : undefined}
        aria-describedby={looked === 'now' ? id : undefined}
        onMouseEnter={look}
        onMouseLeave={leave}
        onFocus={look}
        onBlur={leave}
      >
        {shown}
      </time>
      {looked !== 'never' && (
        <Tooltip
          target={time}
          opened={looked === 'now'}
          transitionProps={{ enterDelay: 300 }}
          label={<Whole id={id} at={at} leave={leave} />}
        />
      )}
    </>
  );
}

function Whole({ id, at, leave }: { id: string; at: string; leave: () => void }) {
  const { i18n } = useTranslation();
  const { zone } = usePerson();
  useWindowEvent('keydown', ({ key }) => {
    if (key === 'Escape') leave();
  });
  return <span id={id}>{exact(at, i18n.language, zone)}</span>;
}
