/** One process, decision or form: its versions, who deployed each and why, and the ways on from them. */
import { Alert, Anchor, Badge, Button, Group, Table } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { hasRole, usePerson } from '../../api/session';
import NotFoundPage from '../../shell/not-found-page';
import { Icon } from '../../ui/icon';
import { Instant } from '../../ui/instant';
import { Loading } from '../../ui/loading';
import { notifyProblem } from '../../ui/notify';
import { PageTitle } from '../../ui/page-title';
import { ProblemAlert } from '../../ui/problem-alert';
import { Problem } from '../../api/problem';
import { editorAddress, kindOfRoom, libraryAddress, versionAddress } from '../addresses';
import { useDrafts } from '../document/companions';
import { download } from '../files';
import { readContent, type Kind, type Version } from '../kinds';
import { MigrateDialog } from '../migrate/migrate-dialog';
import { Beginnings } from './beginnings';
import classes from './library.module.css';
import { RestoreDialog } from './restore-dialog';
import { useVersions } from './use-versions';

export default function DefinitionPage() {
  const { room = '', key = '' } = useParams();
  const kind = kindOfRoom(room);
  return kind ? <Definition kind={kind} definitionKey={key} /> : <NotFoundPage />;
}

function Definition({ kind, definitionKey: key }: { kind: Kind; definitionKey: string }) {
  const { t } = useTranslation('studio');
  const mayEdit = hasRole(usePerson(), 'process-owner');
  const versions = useVersions(kind, key);
  const draft = useDrafts(mayEdit).data?.find((each) => each.kind === kind && each.key === key);
  const [restoring, setRestoring] = useState<Version | null>(null);
  const [moving, setMoving] = useState(false);
  const latest = versions.data?.[0];
  return (
    <>
      <PageTitle
        title={versions.data ? (latest?.name ?? key) : undefined}
        above={
          <>
            <Anchor component={Link} to={libraryAddress(kind)} inherit>
              {t(`many.${kind}`)}
            </Anchor>{' '}
            · {key}
          </>
        }
        actions={
          mayEdit && (
            <>
              {kind === 'process' && (versions.data?.length ?? 0) > 1 && (
                <Button variant="default" onClick={() => setMoving(true)}>
                  {t('migrate.button')}
                </Button>
              )}
              <Button
                component={Link}
                to={editorAddress(kind, key)}
                leftSection={<Icon name="edit" size={16} />}
              >
                {draft ? t('versions.openDraft') : t('versions.edit')}
              </Button>
            </>
          )
        }
      />
      {draft && (
        <Alert color="amber" mb="md" icon={<Icon name="edit" />}>
          {t('versions.draft', { name: draft.updatedBy })} <Instant at={draft.updatedAt} />
        </Alert>
      )}
      {kind === 'process' && <Beginnings process={key} />}
      {versions.isPending && <Loading />}
      {versions.error && <ProblemAlert problem={versions.error} retry={() => void versions.refetch()} />}
      {versions.data && (
        <div className={classes.paper}>
          <Table aria-label={t('versions.list')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('library.version')}</Table.Th>
                <Table.Th>{t('library.deployed')}</Table.Th>
                <Table.Th className={classes.wide}>{t('library.reason')}</Table.Th>
                <Table.Th className={classes.narrow}>
                  <span className={classes.hidden}>{t('library.actions')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {versions.data.map((version) => (
                <Line
                  key={version.version}
                  kind={kind}
                  version={version}
                  isLatest={version === latest}
                  onRestore={mayEdit ? () => setRestoring(version) : undefined}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {restoring && <RestoreDialog kind={kind} version={restoring} onClose={() => setRestoring(null)} />}
      {moving && <MigrateDialog definition={key} onClose={() => setMoving(false)} />}
    </>
  );
}

interface LineProps {
  kind: Kind;
  version: Version;
  isLatest: boolean;
  onRestore: (() => void) | undefined;
}

function Line({ kind, version, isLatest, onRestore }: LineProps) {
  const { t } = useTranslation('studio');
  const number = version.version;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Link to={versionAddress(kind, version.key, number)} className={classes.name}>
            {t('version', { version: number })}
          </Link>
          {isLatest && (
            <Badge size="sm">{kind === 'process' ? t('versions.current') : t('versions.latest')}</Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <Instant at={version.deployedAt} />{' '}
        <span className={classes.by}>{version.deployedBy ?? t('library.shipped')}</span>
      </Table.Td>
      <Table.Td className={classes.wide}>{version.reason}</Table.Td>
      <Table.Td className={classes.narrow}>
        <Group gap={4} wrap="nowrap" justify="end">
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-label={t('versions.exportNamed', { version: number })}
            onClick={() => void save(kind, version)}
          >
            {t('versions.export')}
          </Button>
          {onRestore && !isLatest && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t('versions.restoreNamed', { version: number })}
              onClick={onRestore}
            >
              {t('versions.restore')}
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

async function save(kind: Kind, { key, version, file }: Version): Promise<void> {
  try {
    download(file, await readContent(kind, key, version));
  } catch (reason) {
    if (reason instanceof Problem) notifyProblem(reason);
    else throw reason;
  }
}
