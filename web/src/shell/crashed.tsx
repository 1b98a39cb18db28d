/** What is shown where a page itself failed, instead of nothing. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { Problem } from '../api/problem';
import { Empty } from '../ui/empty';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';

export function Crashed() {
  const { t } = useTranslation();
  const reason = useRouteError();
  const reload = () => {
    window.location.reload();
  };
  return (
    <>
      <PageTitle title={t('crashed.title')} />
      {reason instanceof Problem ? (
        <ProblemAlert problem={reason} retry={reload} />
      ) : (
        <Empty
          icon="alert"
          title={t('crashed.text')}
          action={<Button onClick={reload}>{t('crashed.reload')}</Button>}
        />
      )}
    </>
  );
}
