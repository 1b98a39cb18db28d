/** Which languages there are, where their texts are, and which one this device speaks. Needs nothing else. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

export const STORED = 'baton.language';
const files = import.meta.glob<{ default: Record<string, unknown> }>('./{en,zh-CN}/*.json');

/** How to load the texts of an area; undefined if there are none. */
export function textsOf(language: string, area: string) {
  return files[`./${language}/${area}.json`];
}

/** The language of ours that comes nearest to a tag such as `zh-Hans-CN` or `en-GB`. */
export function ours(tag: string): Language | null {
  const spoken = tag.toLowerCase().split('-')[0];
  return (
    (Object.keys(LANGUAGES) as Language[]).find((known) => known.toLowerCase().split('-')[0] === spoken) ??
    null
  );
}

export function ofBrowser(): Language {
  return navigator.languages.map(ours).find((known) => known !== null) ?? 'en';
}

/** What this device speaks until it is known who signs in: what was spoken last, else the browser's language. */
export const atFirst = ours(localStorage.getItem(STORED) ?? '') ?? ofBrowser();
