/** One version as it was deployed, to look at. */
import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { hasRole, usePerson } from '../../api/session';
import NotFoundPage from '../../shell/not-found-page';
import { Icon } from '../../ui/icon';
import { Instant } from '../../ui/instant';
import { Loading } from '../../ui/loading';
import { PageTitle } from '../../ui/page-title';
import { ProblemAlert } from '../../ui/problem-alert';
import { addressOf, kindOfRoom } from '../addresses';
import { download } from '../files';
import { readContent, type Kind } from '../kinds';
import classes from './library.module.css';
import { RestoreDialog } from './restore-dialog';
import { useVersions } from './use-versions';

/** What shows each kind, loaded when one is looked at. */
const VIEWS = {
  process: lazy(() => import('../process/process-view')),
  decision: lazy(() => import('../decision/decision-view')),
  form: lazy(() => import('../form/form-document-view')),
};

export default function VersionPage() {
  const { room = '', key = '', version = '' } = useParams();
  const kind = kindOfRoom(room);
  const number = Number(version);
  return kind && Number.isInteger(number) ? (
    <Shown kind={kind} definitionKey={key} number={number} />
  ) : (
    <NotFoundPage />
  );
}

interface Props {
  kind: Kind;
  definitionKey: string;
  number: number;
}

function Shown({ kind, definitionKey: key, number }: Props) {
  const { t } = useTranslation('studio');
  const mayEdit = hasRole(usePerson(), 'process-owner');
  const versions = useVersions(kind, key);
  const content = useQuery({
    queryKey: ['studio', 'content', kind, key, number],
    queryFn: () => readContent(kind, key, number),
    staleTime: Infinity,
  });
  const [restoring, setRestoring] = useState(false);
  const version = versions.data?.find((each) => each.version === number);
  const isLatest = versions.data?.[0]?.version === number;
  const View = VIEWS[kind];
  return (
    <>
      <PageTitle
        title={version ? t('versions.title', { name: version.name, version: number }) : undefined}
        above={
          <>
            <Anchor component={Link} to={addressOf(kind, key)} inherit>
              {t(`one.${kind}`)} {key}
            </Anchor>
            {version && (
              <>
                {' · '}
                <Instant at={version.deployedAt} as="exact" /> · {version.deployedBy ?? t('library.shipped')}
                {version.reason && ` · ${version.reason}`}
              </>
            )}
          </>
        }
        actions={
          version && (
            <>
              <Button
                variant="default"
                disabled={!content.data}
                leftSection={<Icon name="download" size={16} />}
                onClick={() => content.data && download(version.file, content.data)}
              >
                {t('versions.export')}
              </Button>
              {mayEdit && !isLatest && (
                <Button onClick={() => setRestoring(true)}>{t('versions.restore')}</Button>
              )}
            </>
          )
        }
      />
      {content.isPending && <Loading />}
      {content.error && <ProblemAlert problem={content.error} retry={() => void content.refetch()} />}
      {content.data !== undefined && (
        <div className={classes.view}>
          <Suspense fallback={<Loading />}>
            <View content={content.data} />
          </Suspense>
        </div>
      )}
      {restoring && version && (
        <RestoreDialog kind={kind} version={version} onClose={() => setRestoring(false)} />
      )}
    </>
  );
}
