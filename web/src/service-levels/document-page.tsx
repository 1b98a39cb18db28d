/** One calendar, service, agreement or policy: as it stands, edited, and as it was. */
import { Alert, Anchor, Button, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useState, type ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useBlocker, useNavigate, useParams, useSearchParams } from 'react-router';
import { usePersonName } from '../api/people';
import { Problem } from '../api/problem';
import {
  readVersion,
  useDocument,
  useRetire,
  useSave,
  useVersions,
  type Document,
  type Kind,
  type Version,
} from '../api/service-levels';
import { hasRole, usePerson } from '../api/session';
import { JsonField, objectIn } from '../cases/json-field';
import NotFoundPage from '../shell/not-found-page';
import { confirm } from '../ui/confirm';
import { Empty } from '../ui/empty';
import { Icon } from '../ui/icon';
import { Instant } from '../ui/instant';
import { Loading } from '../ui/loading';
import { notifyDone, notifyProblem } from '../ui/notify';
import { PageTitle } from '../ui/page-title';
import { ProblemAlert } from '../ui/problem-alert';
import { Badged } from '../ui/state-badge';
import { AgreementForm } from './agreement-form';
import { CalendarForm } from './calendar/calendar-form';
import classes from './document-page.module.css';
import type { FormProps } from './form';
import { blank, kindOf } from './kinds';
import { PolicyForm } from './policy/policy-form';
import { ReAimDialog } from './re-aim-dialog';
import { ServiceForm } from './service-form';

const FORMS: Record<Kind, ComponentType<FormProps>> = {
  calendars: CalendarForm,
  services: ServiceForm,
  agreements: AgreementForm,
  'sla-policies': PolicyForm,
};

/** What clocks run under. */
const AIMS_CLOCKS: Partial<Record<Kind, 'calendar' | 'policy'>> = {
  calendars: 'calendar',
  'sla-policies': 'policy',
};

export default function DocumentPage() {
  const { kind: path, key = '' } = useParams();
  const kind = kindOf(path);
  return kind === undefined ? <NotFoundPage /> : <Opened key={`${kind} ${key}`} kind={kind} id={key} />;
}

function Opened({ kind, id }: { kind: Kind; id: string }) {
  const { t } = useTranslation('serviceLevels');
  const { zone } = usePerson();
  const [query] = useSearchParams();
  const name = query.get('new');
  const { data, error, refetch } = useDocument(kind, name === null ? id : '');
  if (name !== null) return <Editor kind={kind} id={id} latest={null} begun={blank(kind, name, zone)} />;
  if (data) return <Editor kind={kind} id={id} latest={data} begun={data.document} />;
  return (
    <>
      <PageTitle title={error ? id : undefined} above={<Back kind={kind} />} />
      {error?.status === 404 && <Empty icon="search" title={t('gone')} />}
      {error && error.status !== 404 && <ProblemAlert problem={error} retry={() => void refetch()} />}
      {!error && <Loading kind="form" />}
    </>
  );
}

function Back({ kind }: { kind: Kind }) {
  const { t } = useTranslation('serviceLevels');
  return (
    <Anchor component={Link} to={`/service-levels/${kind}`} inherit>
      {t(`many.${kind}`)}
    </Anchor>
  );
}

interface EditorProps {
  kind: Kind;
  id: string;
  /** null: it was never saved. */
  latest: Version | null;
  begun: Document;
}

function Editor({ kind, id, latest, begun }: EditorProps) {
  const { t, i18n } = useTranslation('serviceLevels');
  const navigate = useNavigate();
  const mayEdit = hasRole(usePerson(), 'service-manager', 'process-owner');
  const [base, setBase] = useState(latest);
  const [draft, setDraft] = useState(begun);
  const [shown, setShown] = useState<number | null>(null);
  const [isJson, setJson] = useState(false);
  const save = useSave(kind, id);
  const isDirty = base === null || JSON.stringify(draft) !== JSON.stringify(base.document);
  if (latest !== null && latest.version !== base?.version && !isDirty) {
    setBase(latest);
    setDraft(latest.document);
  }
  useLeaveGuard(isDirty && mayEdit && !save.isSuccess);
  const Form = FORMS[kind];
  const change = (next: Document) => {
    save.reset();
    setDraft(next);
  };
  const send = () =>
    save.mutate(
      { document: draft, basedOn: base?.version ?? null },
      {
        onSuccess: (saved) => {
          setBase(saved);
          setDraft(saved.document);
          setShown(null);
          notifyDone(t('saved', { name: saved.name, version: saved.version }));
          if (base === null)
            void navigate(`/service-levels/${kind}/${encodeURIComponent(id)}`, { replace: true });
        },
      },
    );
  const show = async (number: number) => {
    try {
      change((await readVersion(kind, id, number)).document);
      setShown(number);
    } catch (reason) {
      if (reason instanceof Problem) notifyProblem(reason);
      else throw reason;
    }
  };
  return (
    <>
      <PageTitle
        title={draft.names?.[i18n.language] ?? draft.name ?? id}
        above={
          <Group gap="xs">
            <Back kind={kind} />
            {base && <span>{t('versionOf', { key: id, version: base.version })}</span>}
            {base?.retired && (
              <Badged tone="quiet" icon="ban">
                {t('retired')}
              </Badged>
            )}
          </Group>
        }
        actions={
          mayEdit && (
            <>
              <Aiming kind={kind} id={id} isDirty={isDirty} />
              {isDirty && base && (
                <Button
                  variant="default"
                  onClick={() => {
                    change(base.document);
                    setShown(null);
                  }}
                >
                  {t('discard')}
                </Button>
              )}
              <Button disabled={!isDirty} loading={save.isPending} onClick={send}>
                {t('save')}
              </Button>
            </>
          )
        }
      />
      <Stack gap="md">
        {save.error && <ProblemAlert problem={save.error} />}
        {shown !== null && (
          <Alert color="amber" icon={<Icon name="undo" />}>
            {t('shownVersion', { version: shown })}
          </Alert>
        )}
        <div className={classes.columns}>
          <div className={classes.main}>
            {mayEdit && (
              <Switch
                mb="md"
                label={t('asJson')}
                checked={isJson}
                onChange={(event) => setJson(event.currentTarget.checked)}
              />
            )}
            {isJson ? (
              <JsonEditor key={shown} document={draft} onChange={change} />
            ) : (
              <fieldset disabled={!mayEdit} className={classes.form}>
                <legend>{t(`one.${kind}`)}</legend>
                <Form id={id} document={draft} onChange={change} />
              </fieldset>
            )}
          </div>
          {base && (
            <aside className={classes.side}>
              <Versions
                kind={kind}
                id={id}
                shown={shown ?? base.version}
                onShow={(number) => void show(number)}
              />
              {mayEdit && !base.retired && <Retire kind={kind} id={id} version={base.version} />}
            </aside>
          )}
        </div>
      </Stack>
    </>
  );
}

function JsonEditor({ document, onChange }: { document: Document; onChange: (next: Document) => void }) {
  const { t } = useTranslation('serviceLevels');
  const { t: cases } = useTranslation('cases');
  const [text, setText] = useState(() => JSON.stringify(document, null, 2));
  return (
    <JsonField
      label={t('document')}
      value={text}
      error={objectIn(text) === undefined ? cases('json.object') : null}
      onChange={(next) => {
        setText(next);
        const read = objectIn(next);
        if (read !== undefined) onChange(read);
      }}
    />
  );
}

interface VersionsProps {
  kind: Kind;
  id: string;
  shown: number;
  onShow: (version: number) => void;
}

function Versions({ kind, id, shown, onShow }: VersionsProps) {
  const { t } = useTranslation('serviceLevels');
  const nameOf = usePersonName();
  const { data = [] } = useVersions(kind, id);
  return (
    <section aria-labelledby="versions">
      <Title order={2} id="versions" mb="xs">
        {t('versions')}
      </Title>
      <ul className={classes.versions}>
        {data.map(({ version, created_at, created_by }) => (
          <li key={version}>
            <span>
              {t('numbered', { version })}
              <Text component="span" size="sm" c="dimmed" display="block">
                <Instant at={created_at} as="short" /> ·{' '}
                {created_by === null ? t('shipped') : nameOf(created_by)}
              </Text>
            </span>
            {version === shown ? (
              <Text component="span" size="sm">
                {t('shown')}
              </Text>
            ) : (
              <Button
                variant="subtle"
                size="compact-sm"
                aria-label={t('showVersion', { version })}
                onClick={() => onShow(version)}
              >
                {t('show')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Retire({ kind, id, version }: { kind: Kind; id: string; version: number }) {
  const { t } = useTranslation('serviceLevels');
  const retire = useRetire(kind, id);
  const ask = async () => {
    const question = { title: t('retireTitle'), text: t('retireText'), action: t('retire'), danger: true };
    if (await confirm(question)) retire.mutate(version);
  };
  return (
    <div>
      {retire.error && <ProblemAlert problem={retire.error} />}
      <Button variant="subtle" color="red" loading={retire.isPending} onClick={() => void ask()}>
        {t('retire')}
      </Button>
    </div>
  );
}

/** Open clocks run on under the version they started with, until somebody says otherwise. */
function Aiming({ kind, id, isDirty }: { kind: Kind; id: string; isDirty: boolean }) {
  const { t } = useTranslation('serviceLevels');
  const [isOpen, dialog] = useDisclosure(false);
  const by = AIMS_CLOCKS[kind];
  if (by === undefined || isDirty) return null;
  return (
    <>
      <Button variant="default" leftSection={<Icon name="clock" size={16} />} onClick={dialog.open}>
        {t('reAim.open')}
      </Button>
      {isOpen && <ReAimDialog by={by} id={id} onClose={dialog.close} />}
    </>
  );
}

function useLeaveGuard(isUnsaved: boolean): void {
  const { t } = useTranslation('serviceLevels');
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isUnsaved && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    void confirm({ title: t('leaveTitle'), text: t('leaveText'), action: t('leave') }).then((agreed) => {
      if (agreed) blocker.proceed();
      else blocker.reset();
    });
  }, [blocker, t]);
}
