/** The properties of what is selected, section by section; of the whole process while nothing is. */
import { Accordion, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Drawn } from '../diagram';
import { is } from '../diagram';
import type { ProcessEditor } from '../editor';
import { kindOf } from '../kinds';
import { child, text, type Place } from '../model';
import classes from './panel.module.css';
import type { Section } from './section';
import { sections } from './sections';
import { Steps } from './steps';

interface Props {
  editor: ProcessEditor;
}

export function Panel({ editor }: Props) {
  const { t } = useTranslation('studio');
  const element = editor.selected;
  const places = placesOf(editor, element);
  const first = places[0];
  return (
    <Stack gap="xs" className={classes.panel}>
      <Steps editor={editor} element={element} />
      {places.map((place) => (
        <section key={`${place.element.id} ${place.owner.id ?? ''}`} aria-labelledby={headingId(place)}>
          <h2 className={classes.heading} id={headingId(place)}>
            <span className={classes.kind}>{t(`kind.${kindOf(place.owner)}`)}</span>
            {text(place.owner, 'name') || t('panel.unnamed')}
          </h2>
          <Sections place={place} />
        </section>
      ))}
      {!first && (
        <Text size="sm" c="dimmed" p="sm">
          {t('panel.nothing')}
        </Text>
      )}
    </Stack>
  );
}

function headingId(place: Place): string {
  return `properties-of-${place.owner.id ?? place.element.id}`;
}

function Sections({ place }: { place: Place }) {
  const { t } = useTranslation('studio');
  const [chosen, choose] = useOpenSections();
  const shown = sections.filter((section) => section.isFor(place.owner));
  const isOpen = (section: Section) => chosen[section.id] ?? section.isUsed?.(place) ?? false;
  return (
    <Accordion
      multiple
      variant="default"
      chevronSize={14}
      order={3}
      value={shown.filter(isOpen).map((section) => section.id)}
      onChange={(open) => choose(Object.fromEntries(shown.map(({ id }) => [id, open.includes(id)])))}
      classNames={{
        control: classes.control,
        label: classes.label,
        content: classes.content,
        item: classes.item,
      }}
    >
      {shown.map((section) => (
        <Accordion.Item value={section.id} key={section.id}>
          <Accordion.Control>{t(`section.${section.id}`)}</Accordion.Control>
          <Accordion.Panel>
            {isOpen(section) && (
              <Stack gap={10}>
                <section.Fields place={place} />
              </Stack>
            )}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

// Which sections somebody opened or closed holds for every element she goes to, as long as the page lives.
let remembered: Record<string, boolean> = {};

function useOpenSections(): [Record<string, boolean>, (changed: Record<string, boolean>) => void] {
  const [chosen, setChosen] = useState(remembered);
  return [
    chosen,
    (changed) => {
      remembered = { ...remembered, ...changed };
      setChosen(remembered);
    },
  ];
}

/** What the panel is about: an element; a pool and the process in it; or, of the bare canvas, the process. */
function placesOf(editor: ProcessEditor, element: Drawn): Place[] {
  const owner = element.businessObject;
  if (is(owner, 'bpmn:Collaboration')) {
    const pool = editor.elements.find((each) => child(each.businessObject, 'processRef'));
    return pool ? placesOf(editor, pool).slice(1) : [];
  }
  if (!element.parent && !is(owner, 'bpmn:Process')) {
    // The plane inside a collapsed sub-process: its properties are those of the shape outside.
    const shape = owner.id ? editor.drawn(owner.id) : undefined;
    return shape && shape !== element ? placesOf(editor, shape) : [{ editor, element, owner }];
  }
  const process = is(owner, 'bpmn:Participant') ? child(owner, 'processRef') : undefined;
  const itself: Place = { editor, element, owner };
  return process ? [itself, { editor, element, owner: process }] : [itself];
}
