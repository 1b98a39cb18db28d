/**
 * Texts in the reader's language. A namespace a feature area: `en/<area>.json` and `zh-CN/<area>.json` hold the
 * same keys, and each is loaded when first needed. What is wrong, the server says in English itself: `problems` has
 * only the other languages.
 *
 * To add an area: its two files, and a line in `resources.d.ts`.
 */
import i18next, { type BackendModule, type TypeOptions } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { speak } from '../api/client';
import { queryClient } from '../api/queries';
import { atFirst, LANGUAGES, ofBrowser, ours, STORED, textsOf, type Language } from './languages';

export type Area = keyof TypeOptions['resources'];

const backend: BackendModule = {
  type: 'backend',
  init() {},
  read(language, area, done) {
    const load = textsOf(language, area);
    if (load === undefined) {
      done(null, {});
      return;
    }
    load().then(
      (file) => done(null, file.default),
      (reason: unknown) => done(reason as Error, null),
    );
  },
};

// Before anything is asked for.
speak(atFirst);

/** Begin to load the texts of an area, which a page of it will ask for when it is drawn. */
export function fetchTexts(area: Area): void {
  // What fails now fails again where it can be told.
  textsOf(i18next.language || atFirst, area)?.().catch(() => {});
}

export async function startTexts(): Promise<void> {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    speak(language);
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: atFirst,
      fallbackLng: 'en',
      supportedLngs: Object.keys(LANGUAGES),
      load: 'currentOnly',
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false },
    });
}

// Who chooses on the sign-in page means herself, whatever her profile says.
let chosenBeforeSignIn: Language | null = null;

/** Speak the language somebody chose, and remember it for her on this device. */
export async function chooseLanguage(language: Language, personId: string | null): Promise<void> {
  localStorage.setItem(STORED, language);
  if (personId === null) chosenBeforeSignIn = language;
  else localStorage.setItem(`${STORED}.${personId}`, language);
  await change(language);
}

/** Speak what this person chose on this device, else the language of her profile. */
export async function speakTo(person: { id: string; locale: string }): Promise<void> {
  if (chosenBeforeSignIn !== null) {
    localStorage.setItem(`${STORED}.${person.id}`, chosenBeforeSignIn);
    chosenBeforeSignIn = null;
  }
  const chosen = localStorage.getItem(`${STORED}.${person.id}`);
  const language = ours(chosen ?? '') ?? ours(person.locale) ?? ofBrowser();
  localStorage.setItem(STORED, language);
  await change(language);
}

async function change(language: Language): Promise<void> {
  if (i18next.language === language) return;
  await i18next.changeLanguage(language);
  // Names of tasks and processes come in the language they were asked for in.
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}
