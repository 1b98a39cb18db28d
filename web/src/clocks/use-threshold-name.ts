/** What people call a threshold: `75` is a share of the target, `before.PT30M` and `after.PT2H` lie that far from it. */
import { useTranslation } from 'react-i18next';
import { ofTarget } from './remaining';

export function useThresholdName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  return (name) => {
    const [side, span] = name.split('.');
    if (span === undefined) return t('threshold.share', { share: name });
    const time = ofTarget(span, i18n.language);
    return side === 'before' ? t('threshold.before', { time }) : t('threshold.after', { time });
  };
}
