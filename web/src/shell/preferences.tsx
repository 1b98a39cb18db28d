/** Language and colours, chosen on this device. */
import { SegmentedControl, Text, useMantineColorScheme } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n';

/** `personId` is null before anybody has signed in. */
export function LanguageChoice({ personId }: { personId: string | null }) {
  const { t, i18n } = useTranslation();
  const data = Object.entries(LANGUAGES).map(([value, label]) => ({
    value,
    label: <span lang={value}>{label}</span>,
  }));
  return (
    <Choice label={t('preferences.language')}>
      {(id) => (
        <SegmentedControl
          fullWidth
          aria-labelledby={id}
          data={data}
          value={i18n.language}
          onChange={(language) => void chooseLanguage(language as Language, personId)}
        />
      )}
    </Choice>
  );
}

export function ColourChoice() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const data = (['light', 'dark', 'auto'] as const).map((value) => ({
    value,
    label: t(`preferences.${value}`),
  }));
  return (
    <Choice label={t('preferences.colours')}>
      {(id) => (
        <SegmentedControl
          fullWidth
          aria-labelledby={id}
          data={data}
          value={colorScheme}
          onChange={(scheme) => {
            setColorScheme(scheme);
          }}
        />
      )}
    </Choice>
  );
}

function Choice({ label, children }: { label: string; children: (labelId: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4} id={id}>
        {label}
      </Text>
      {children(id)}
    </div>
  );
}
