/** What the server says is wrong, in the reader's language: by the code of the sentence, else as the server said it. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** A sentence of the server's: its English, and what it takes to say it in another language. */
export interface Said {
  detail: string;
  code?: string | null;
  values?: Record<string, unknown>;
}

export function useSentence(): (said: Said) => string {
  // A page is not taken away while the words for what is wrong with it are fetched.
  const { t, i18n } = useTranslation('problems', { useSuspense: false });
  return useCallback(
    (said) => {
      const say = ({ detail, code, values = {} }: Said): string => {
        if (!code || !i18n.exists(code, { ns: 'problems' })) return detail;
        const told = Object.entries(values).map(([name, value]) => [
          name,
          isSaid(value) ? say(value) : value,
        ]);
        return t(code, { defaultValue: detail, replace: Object.fromEntries(told) as Record<string, string> });
      };
      return say(said);
    },
    [t, i18n],
  );
}

export function isSaid(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && 'detail' in value;
}
