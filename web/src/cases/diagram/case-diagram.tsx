/** The diagram of a case: where it is, what can still happen, what failed; in words too. */
import { SegmentedControl, UnstyledButton } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDiagramsOf, type Version } from '../../api/process-definitions';
import { useDiagram, type Position } from '../../api/process-instances';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import classes from './diagram.module.css';
import { inLanguage, type Sheet } from './in-language';
import type { Going, Mark } from './viewer';

const Drawing = lazy(() => import('./drawing'));

const OWN = 'own';
const ORDER: readonly Going[] = ['failed', 'active', 'listening'];

interface Props {
  /** The id of the case. */
  instance: string;
  /** The element to show first. */
  element?: string;
}

/** For the page of a case and beside its tasks. Looks again by itself while it is open. */
export function CaseDiagram({ instance, element }: Props) {
  const diagram = useDiagram(instance);
  const called = useMemo(() => calledIn(diagram.data?.positions ?? []), [diagram.data]);
  const diagrams = useDiagramsOf(called);
  const others = useMemo(
    () =>
      called.flatMap((version, index) => {
        const found = diagrams[index]?.data;
        return found === undefined ? [] : [{ key: keyOf(version), xml: found }];
      }),
    [called, diagrams],
  );
  const failed = [diagram, ...diagrams].find(({ error }) => error !== null);
  if (diagram.data === undefined) {
    return failed?.error ? (
      <ProblemAlert problem={failed.error} retry={() => void diagram.refetch()} />
    ) : (
      <Loading count={4} />
    );
  }
  const { xml, positions } = diagram.data;
  return <Sheets own={xml} called={others} positions={positions} element={element} />;
}

/** The versions of the processes that it is inside of, each once. */
function calledIn(positions: readonly Position[]): Version[] {
  const versions = positions.flatMap(({ process }) => process ?? []);
  return [...new Map(versions.map((version) => [keyOf(version), version])).values()];
}

function keyOf(version: Version | null): string {
  return version === null ? OWN : `${version.key}:${version.version}`;
}

interface SheetsProps {
  own: string;
  called: readonly { key: string; xml: string }[];
  positions: readonly Position[];
  element?: string;
}

function Sheets({ own, called, positions, element }: SheetsProps) {
  const { t, i18n } = useTranslation('cases');
  const [chosen, setChosen] = useState<string>(OWN);
  const [wanted, setWanted] = useState<{ element: string } | null>(element ? { element } : null);
  const sheets = useMemo(
    () =>
      new Map<string, Sheet>(
        [{ key: OWN, xml: own }, ...called].map(({ key, xml }) => [key, inLanguage(xml, i18n.language)]),
      ),
    [own, called, i18n.language],
  );
  const key = sheets.has(chosen) ? chosen : OWN;
  const sheet = sheets.get(key);
  const marks = useMemo(() => marksIn(positions, key, sheet), [positions, key, sheet]);
  return (
    <div className={classes.sheets}>
      {sheets.size > 1 && (
        <SegmentedControl
          aria-label={t('diagram.which')}
          value={key}
          onChange={(next) => {
            setWanted(null);
            setChosen(next);
          }}
          data={[...sheets].map(([value, { title }]) => ({ value, label: title || value }))}
        />
      )}
      {sheet && (
        <Suspense fallback={<div className={classes.frame} />}>
          <Drawing
            xml={sheet.xml}
            marks={marks}
            label={t('diagram.of', { name: sheet.title })}
            wanted={wanted}
          />
        </Suspense>
      )}
      <Places
        sheets={sheets}
        positions={positions}
        show={(place) => {
          setChosen(place.sheet);
          setWanted({ element: place.element });
        }}
      />
    </div>
  );
}

function marksIn(positions: readonly Position[], key: string, sheet: Sheet | undefined): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { element, state, process } of positions) {
    if (keyOf(process) !== key) continue;
    const known = marks.get(`${element} ${state}`);
    marks.set(`${element} ${state}`, { element, state: state as Going, count: (known?.count ?? 0) + 1 });
  }
  // What is done several times stands there once for itself, beside its items.
  return [...marks.values()].map((mark) =>
    mark.count > 1 && sheet?.repeated.has(mark.element) ? { ...mark, count: mark.count - 1 } : mark,
  );
}

interface Place extends Mark {
  sheet: string;
  name: string;
}

interface PlacesProps {
  sheets: ReadonlyMap<string, Sheet>;
  positions: readonly Position[];
  show: (place: Place) => void;
}

/** The same in words: a legend for who sees the drawing, and all there is for who does not. */
function Places({ sheets, positions, show }: PlacesProps) {
  const { t } = useTranslation('cases');
  const places = [...sheets].flatMap(([key, sheet]) =>
    marksIn(positions, key, sheet).map((mark) => ({
      ...mark,
      sheet: key,
      name: sheet.names.get(mark.element) ?? mark.element,
    })),
  );
  if (places.length === 0) return <p className={classes.over}>{t('diagram.over')}</p>;
  return (
    <dl className={classes.places}>
      {ORDER.filter((state) => places.some((place) => place.state === state)).map((state) => (
        <div key={state} className={classes.row}>
          <dt>
            <span className={classes.sign} data-state={state} aria-hidden />
            {t(`diagram.${state}`)}
          </dt>
          <dd>
            {places
              .filter((place) => place.state === state)
              .map((place) => (
                <UnstyledButton
                  key={`${place.sheet} ${place.element}`}
                  className={classes.place}
                  onClick={() => show(place)}
                >
                  {place.name}
                  {place.count > 1 && ` × ${place.count}`}
                </UnstyledButton>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
