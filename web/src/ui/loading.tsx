/** Grey shapes where something will stand, so that nothing jumps once it does. */
import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Props {
  /** `rows` of a list, a `form`, or a whole `page`. */
  kind?: 'rows' | 'form' | 'page';
  count?: number;
}

export function Loading({ kind = 'rows', count = 6 }: Props) {
  const { t } = useTranslation();
  const height = { rows: 38, form: 56, page: 30 }[kind];
  return (
    <Stack gap={kind === 'rows' ? 6 : 'md'} p={kind === 'page' ? 'lg' : 0} aria-busy>
      <VisuallyHidden role="status">{t('loading')}</VisuallyHidden>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton
          key={index}
          height={height}
          width={kind === 'page' ? `${88 - ((index * 17) % 40)}%` : '100%'}
        />
      ))}
    </Stack>
  );
}
