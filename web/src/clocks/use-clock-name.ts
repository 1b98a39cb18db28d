/** What people call a clock: those of the processes that come with Baton in their language, others as they are drawn. */
import { useTranslation } from 'react-i18next';

const KNOWN = [
  'response',
  'resolution',
  'assessment',
  'approval',
  'analysis',
  'recovery',
  'supplier',
] as const;

export function useClockName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const known = KNOWN.find((one) => one === name);
    return known === undefined ? name : t(`clockName.${known}`);
  };
}
