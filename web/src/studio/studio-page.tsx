/** The library: every process, decision and form, who deployed it last and why, and what is being worked on. */
import { Badge, Button, FileButton, Group, Table, Tabs, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { hasRole, usePerson } from '../api/session';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import { addressOf, editorAddress } from './addresses';
import type { DraftSummary } from './document/api';
import { useDrafts, useLatest } from './document/companions';
import { KINDS, type Kind, type Version } from './kinds';
import { DropZone } from './library/drop-zone';
import { NewDialog } from './library/new-dialog';
import { useImport } from './library/use-import';
import classes from './library/library.module.css';

export default function StudioPage() {
  const { t } = useTranslation('studio');
  const mayEdit = hasRole(usePerson(), 'process-owner');
  const [query, setQuery] = useSearchParams();
  const kind = KINDS.find((each) => each === query.get('kind')) ?? 'process';
  const [creating, setCreating] = useState(false);
  const openFile = useImport();
  return (
    <DropZone disabled={!mayEdit} onFile={(file) => void openFile(file)}>
      <PageTitle
        title={t('title')}
        actions={
          mayEdit && (
            <>
              <FileButton accept=".bpmn,.dmn,.json,.xml" onChange={(file) => file && void openFile(file)}>
                {(props) => (
                  <Button {...props} variant="default" leftSection={<Icon name="upload" size={16} />}>
                    {t('library.import')}
                  </Button>
                )}
              </FileButton>
              <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
                {t(`new.${kind}`)}
              </Button>
            </>
          )
        }
      />
      <Tabs value={kind} onChange={(chosen) => setQuery({ kind: chosen ?? 'process' }, { replace: true })}>
        <Tabs.List>
          {KINDS.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`many.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={kind} pt="md">
          <Listing kind={kind} mayEdit={mayEdit} />
        </Tabs.Panel>
      </Tabs>
      <NewDialog kind={kind} opened={creating} onClose={() => setCreating(false)} />
    </DropZone>
  );
}

/** One line of the library: something deployed, being worked on, or both. */
interface Row {
  key: string;
  version: Version | null;
  draft: DraftSummary | null;
}

function Listing({ kind, mayEdit }: { kind: Kind; mayEdit: boolean }) {
  const { t } = useTranslation('studio');
  const latest = useLatest(kind);
  const drafts = useDrafts(mayEdit);
  const [words, setWords] = useState('');
  if (latest.isPending) return <Loading />;
  if (latest.isError) return <ProblemAlert problem={latest.error} retry={() => void latest.refetch()} />;
  const rows = join(
    latest.data,
    (drafts.data ?? []).filter((draft) => draft.kind === kind),
  );
  const shown = rows.filter((row) => matches(row, words));
  if (rows.length === 0) return <Empty icon="diagram" title={t('library.empty')} />;
  return (
    <>
      <TextInput
        maw="22rem"
        mb="sm"
        type="search"
        aria-label={t('library.search')}
        placeholder={t('library.search')}
        leftSection={<Icon name="search" size={16} />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <div className={classes.paper}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('library.name')}</Table.Th>
              <Table.Th className={classes.narrow}>{t('library.version')}</Table.Th>
              <Table.Th className={classes.wide}>{t('library.deployed')}</Table.Th>
              <Table.Th className={classes.wide}>{t('library.reason')}</Table.Th>
              {mayEdit && (
                <Table.Th className={classes.narrow}>
                  <span className={classes.hidden}>{t('library.actions')}</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <Line key={row.key} kind={kind} row={row} mayEdit={mayEdit} />
            ))}
          </Table.Tbody>
        </Table>
        {shown.length === 0 && (
          <Text c="dimmed" p="md">
            {t('library.noMatch')}
          </Text>
        )}
      </div>
    </>
  );
}

function Line({ kind, row, mayEdit }: { kind: Kind; row: Row; mayEdit: boolean }) {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  const { key, version, draft } = row;
  const name = version?.name ?? key;
  return (
    <Table.Tr>
      <Table.Td>
        <Link to={version ? addressOf(kind, key) : editorAddress(kind, key)} className={classes.name}>
          {name}
        </Link>
        <Group gap={6} className={classes.below}>
          {name !== key && <span className={classes.key}>{key}</span>}
          {draft && (
            <Badge color="amber" size="sm">
              {t('library.draft', { name: draft.updatedBy })}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td className={classes.narrow}>{version ? version.version : '–'}</Table.Td>
      <Table.Td className={classes.wide}>
        {version && (
          <>
            <Instant at={version.deployedAt} /> <span className={classes.by}>{deployer(version, t)}</span>
          </>
        )}
      </Table.Td>
      <Table.Td className={classes.wide}>{version?.reason}</Table.Td>
      {mayEdit && (
        <Table.Td className={classes.narrow}>
          <Button
            variant="default"
            size="compact-sm"
            aria-label={t('library.editNamed', { name })}
            onClick={() => void navigate(editorAddress(kind, key))}
          >
            {t('library.edit')}
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

export function deployer(version: Version, t: ReturnType<typeof useTranslation<'studio'>>['t']): string {
  return version.deployedBy ?? t('library.shipped');
}

function join(versions: Version[], drafts: DraftSummary[]): Row[] {
  const byKey = new Map<string, Row>(
    versions.map((version) => [version.key, { key: version.key, version, draft: null }]),
  );
  for (const draft of drafts) {
    byKey.set(draft.key, { key: draft.key, version: byKey.get(draft.key)?.version ?? null, draft });
  }
  return [...byKey.values()].sort((one, other) => one.key.localeCompare(other.key));
}

function matches({ key, version }: Row, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  return `${key} ${version?.name ?? ''}`.toLowerCase().includes(wanted);
}
