/** All calendars, services, agreements or policies. */
import { Anchor, Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { usePersonName } from '../api/people';
import { useDocuments, type Kind, type Named } from '../api/service-levels';
import { hasRole, usePerson } from '../api/session';
import NotFoundPage from '../shell/not-found-page';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import { Badged } from '../ui/state-badge';
import { kindOf } from './kinds';
import { Rooms } from './rooms';

export default function LibraryPage() {
  const kind = kindOf(useParams().kind);
  return kind === undefined ? <NotFoundPage /> : <Library key={kind} kind={kind} />;
}

function Library({ kind }: { kind: Kind }) {
  const { t } = useTranslation('serviceLevels');
  const mayEdit = hasRole(usePerson(), 'service-manager', 'process-owner');
  const [isNaming, naming] = useDisclosure(false);
  const { data, error, refetch } = useDocuments(kind);
  return (
    <>
      <PageTitle
        title={t(`many.${kind}`)}
        actions={
          mayEdit && (
            <Button leftSection={<Icon name="plus" size={16} />} onClick={naming.open}>
              {t(`new.${kind}`)}
            </Button>
          )
        }
      />
      <Rooms />
      <Text c="dimmed" mb="md" maw="46rem">
        {t(`about.${kind}`)}
      </Text>
      {error && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {data === undefined && !error && <Loading />}
      {data?.length === 0 && <Empty icon="list" title={t('noDocuments')} />}
      {data && data.length > 0 && <Rows kind={kind} documents={data} />}
      {isNaming && <NewDialog kind={kind} taken={data?.map(({ key }) => key) ?? []} onClose={naming.close} />}
    </>
  );
}

function Rows({ kind, documents }: { kind: Kind; documents: readonly Named[] }) {
  const { t } = useTranslation('serviceLevels');
  const nameOf = usePersonName();
  return (
    <Table aria-label={t(`many.${kind}`)}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('name')}</Table.Th>
          <Table.Th>{t('version')}</Table.Th>
          <Table.Th visibleFrom="sm">{t('changed')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {documents.map(({ key, name, version, retired, created_at, created_by }) => (
          <Table.Tr key={key}>
            <Table.Td>
              <Anchor component={Link} to={`/service-levels/${kind}/${encodeURIComponent(key)}`} fw={600}>
                {name}
              </Anchor>
              <Text size="sm" c="dimmed" ff="monospace">
                {key}
              </Text>
            </Table.Td>
            <Table.Td>
              {version}{' '}
              {retired && (
                <Badged tone="quiet" icon="ban">
                  {t('retired')}
                </Badged>
              )}
            </Table.Td>
            <Table.Td visibleFrom="sm">
              <Instant at={created_at} />{' '}
              <Text component="span" c="dimmed">
                {created_by === null ? t('shipped') : nameOf(created_by)}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface NewProps {
  kind: Kind;
  taken: readonly string[];
  onClose: () => void;
}

function NewDialog({ kind, taken, onClose }: NewProps) {
  const { t } = useTranslation('serviceLevels');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [typedKey, setKey] = useState<string>();
  const key = typedKey ?? keyOf(name);
  const isTaken = taken.includes(key);
  const create = (event: SubmitEvent) => {
    event.preventDefault();
    void navigate(`/service-levels/${kind}/${encodeURIComponent(key)}?new=${encodeURIComponent(name)}`);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`new.${kind}`)}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form onSubmit={create}>
        <Stack>
          <TextInput
            label={t('name')}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t('key')}
            description={t('keyHint')}
            value={key}
            spellCheck={false}
            error={isTaken ? t('keyTaken') : null}
            onChange={(event) => setKey(event.currentTarget.value.trim())}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {common('cancel')}
            </Button>
            <Button type="submit" disabled={name.trim() === '' || key === '' || isTaken}>
              {t('create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function keyOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
