/** The words for values that are no texts themselves. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

export function useWords() {
  const { t } = useTranslation('cases');
  return useMemo(() => ({ yes: t('value.yes'), no: t('value.no'), nothing: t('value.nothing') }), [t]);
}
