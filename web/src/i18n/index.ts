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

export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;
export type Area = keyof TypeOptions['resources'];

const STORED = 'baton.language';
const files = import.meta.glob<{ default: Record<string, unknown> }>('./{en,zh-CN}/*.json');

const backend: BackendModule = {
  type: 'backend',
  init() {},
  read(language, area, done) {
    const load = files[`./${language}/${area}.json`];
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

/** The language of ours that comes nearest to a tag such as `zh-Hans-CN` or `en-GB`. */
function ours(tag: string): Language | null {
  const spoken = tag.toLowerCase().split('-')[0];
  return (
    (Object.keys(LANGUAGES) as Language[]).find((known) => known.toLowerCase().split('-')[0] === spoken) ??
    null
  );
}

function ofBrowser(): Language {
  return navigator.languages.map(ours).find((known) => known !== null) ?? 'en';
}

/** What this device speaks until it is known who signs in: what was spoken last, else the browser's language. */
const atFirst = ours(localStorage.getItem(STORED) ?? '') ?? ofBrowser();
// Before anything is asked for.
speak(atFirst);

i18next.on('languageChanged', (language) => {
  document.documentElement.lang = language;
  speak(language);
});

/** Once the texts that every page has can be drawn. */
export const textsStarted: Promise<unknown> = i18next
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

/**
 * Load the texts of an area before a page of it is drawn. One that has to wait for them as it is drawn shows what
 * stands in for it, and React then leaves that on the screen for at least 300 ms.
 */
export async function loadTexts(area: Area): Promise<void> {
  await textsStarted;
  // What fails now fails again where it can be told.
  await i18next.loadNamespaces(area).catch(() => {});
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

interface Reader {
  id: string;
  /** Of her profile: an IETF language tag. */
  locale: string;
}

/** What this person chose, here or on the sign-in page, else the language of her profile. */
function languageOf(person: Reader): Language {
  const chosen = chosenBeforeSignIn ?? localStorage.getItem(`${STORED}.${person.id}`);
  return ours(chosen ?? '') ?? ours(person.locale) ?? ofBrowser();
}

/** Whether what is on the screen is in her language already. */
export function speaksTo(person: Reader): boolean {
  return i18next.language === languageOf(person);
}

/** Speak her language, and remember it for her on this device if she chose it on the sign-in page. */
export async function speakTo(person: Reader): Promise<void> {
  const language = languageOf(person);
  if (chosenBeforeSignIn !== null) localStorage.setItem(`${STORED}.${person.id}`, language);
  chosenBeforeSignIn = null;
  localStorage.setItem(STORED, language);
  await change(language);
}

async function change(language: Language): Promise<void> {
  if (i18next.language === language) return;
  await i18next.changeLanguage(language);
  // Names of tasks and processes come in the language they were asked for in.
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}
