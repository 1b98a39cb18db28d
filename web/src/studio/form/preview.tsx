/** A form as the person will see it, in either language, with what she would send. */
import { Alert, Code, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import i18next from 'i18next';
import { Component, useMemo, useState, type ReactNode } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { FormView } from '../../forms/form-view';
import type { Data, FormDocument } from '../../forms/schema';
import { LANGUAGES } from '../../i18n';
import classes from './form-studio.module.css';

export default function Preview({ document }: { document: FormDocument }) {
  const { t, i18n } = useTranslation('studio');
  const [language, setLanguage] = useState(i18n.language);
  const [readOnly, setReadOnly] = useState(false);
  const [sent, setSent] = useState<Data | null>(null);
  const speaking = useMemo(() => i18next.cloneInstance({ lng: language }), [language]);
  const written = JSON.stringify(document);
  return (
    <div className={classes.preview}>
      <Group justify="space-between" mb="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('formEditor.language')}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          value={language}
          onChange={(chosen) => setLanguage(chosen)}
        />
        <Switch
          size="xs"
          label={t('formEditor.readOnly')}
          checked={readOnly}
          onChange={(event) => setReadOnly(event.currentTarget.checked)}
        />
      </Group>
      <div lang={language} className={classes.form}>
        <I18nextProvider i18n={speaking}>
          <Guarded key={written} message={t('formEditor.noPreview')}>
            <FormView
              key={language}
              document={document}
              data={NOTHING}
              readOnly={readOnly}
              onSubmit={setSent}
            />
          </Guarded>
        </I18nextProvider>
      </div>
      {sent && (
        <div role="status">
          <Text size="sm" fw={600} mt="md">
            {t('formEditor.sent')}
          </Text>
          <Code block>{JSON.stringify(sent, null, 2)}</Code>
        </div>
      )}
    </div>
  );
}

const NOTHING: Data = {};

interface GuardedProps {
  message: string;
  children: ReactNode;
}

/** A document half typed may be more than the form can draw: that is no reason to lose the page. */
class Guarded extends Component<GuardedProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (this.state.failed) return <Alert color="amber">{this.props.message}</Alert>;
    return this.props.children;
  }
}
