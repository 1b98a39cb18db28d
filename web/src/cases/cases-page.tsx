/** The cases this person may see. */
import { useTranslation } from 'react-i18next';
import { useProcessInstances } from '../api/process-instances';
import { Empty } from '../ui/empty';
import { Listed } from '../ui/listed';
import { PageTitle } from '../ui/page-title';
import { CaseTable } from './case-table';

export default function CasesPage() {
  const { t } = useTranslation('cases');
  return (
    <>
      <PageTitle title={t('title')} />
      <Listed query={useProcessInstances({})} empty={<Empty icon="cases" title={t('empty')} />}>
        {(cases) => <CaseTable cases={cases} label={t('title')} />}
      </Listed>
    </>
  );
}
