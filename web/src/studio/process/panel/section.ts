/**
 * What a section of the properties panel is. One file each in `sections/`; `sections.ts` lists them in the order
 * they are shown.
 */
import type { ComponentType } from 'react';
import type texts from '../../../i18n/en/studio.json';

import type { Moddle } from '../diagram';
import type { Place } from '../model';

export interface SectionProps {
  place: Place;
}

export interface Section {
  /** Its name in `studio.json`, under `section`. */
  id: keyof (typeof texts)['section'];
  /** Whether it has anything to say about this element. */
  isFor(owner: Moddle): boolean;
  Fields: ComponentType<SectionProps>;
  /** Whether something is said in it already: then it is shown open. */
  isUsed?(place: Place): boolean;
}
