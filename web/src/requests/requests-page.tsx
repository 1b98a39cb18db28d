/** What this person asked for, and how far it is. */
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useProcessInstances } from '../api/process-instances';
import { CaseTable } from '../cases/case-table';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';

export default function RequestsPage() {
  const { t } = useTranslation('cases');
  const start = (
    <Button component={Link} to="/catalogue" leftSection={<Icon name="plus" />}>
      {t('start')}
    </Button>
  );
  return (
    <>
      <PageTitle title={t('mine')} actions={start} />
      <Listed
        query={useProcessInstances({ requester: 'me' })}
        empty={<Empty icon="list" title={t('noneOfMine')} action={start} />}
      >
        {(cases) => <CaseTable cases={cases} label={t('mine')} />}
      </Listed>
    </>
  );
}
