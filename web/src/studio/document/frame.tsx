/** What all editors share: title, saving, undo, files, check and deployment around the editor itself. */
import {
  ActionIcon,
  Alert,
  Button,
  FileButton,
  Group,
  Menu,
  Modal,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Problem, type ProblemEntry } from '../../api/problem';
import { usePerson } from '../../api/session';
import { confirm } from '../../ui/confirm';
import { Icon, type IconName } from '../../ui/icon';
import { Instant } from '../../ui/instant';
import { notifyProblem } from '../../ui/notify';
import { PageTitle } from '../../ui/page-title';
import { addressOf } from '../addresses';
import { download, readFile } from '../files';
import { identify } from '../identify';
import { useOtherDrafts } from './companions';
import { DeployDialog } from './deploy-dialog';
import classes from './frame.module.css';
import { Problems } from './problems';
import { SaveStatus } from './save-status';
import type { Checked } from './use-check';
import type { EditedDocument } from './use-document';
import { useLeaveGuard } from './use-leave-guard';

export interface Tool {
  icon: IconName;
  label: string;
  shortcut?: string;
  disabled?: boolean;
  act: () => void;
}

interface Props {
  document: EditedDocument;
  title: string;
  /** The path it is deployed under. */
  file: string;
  tools: Tool[];
  checked: Checked;
  onReveal: (entry: ProblemEntry) => void;
  nameOf: (entry: ProblemEntry) => string;
  /** Bring what was drawn a moment ago into the document. */
  settle?: () => Promise<void>;
  undo: () => void;
  redo: () => void;
  children: ReactNode;
}

export function Frame(props: Props) {
  const { document, title, file, tools, checked, onReveal, nameOf, settle, undo, redo, children } = props;
  const { t } = useTranslation('studio');
  const [deploying, setDeploying] = useState(false);
  const others = useOtherDrafts(document.kind, document.key);
  useLeaveGuard(document);

  const settled = async () => {
    await settle?.();
  };
  const openFile = async (chosen: File | null) => {
    if (!chosen) return;
    const content = await readFile(chosen);
    const found = identify(chosen.name, content);
    // A form is named like its file, wherever that lies: only what it is has to be right.
    if (found?.kind !== document.kind || (found.kind !== 'form' && found.key !== document.key)) {
      notifyProblem(new Problem(422, t('import.other', { file: chosen.name, key: document.key })));
      return;
    }
    const sure = await confirm({
      title: t('frame.importTitle'),
      text: t('frame.importText', { file: chosen.name }),
      action: t('frame.import'),
    });
    if (sure) document.replace(content);
  };
  const discard = async () => {
    const sure = await confirm({
      title: t('frame.discardTitle'),
      text: t('frame.discardText'),
      action: t('frame.discard'),
      danger: true,
    });
    if (sure) await document.discard();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const action = shortcut(event);
    if (!action) return;
    event.preventDefault();
    ({ save: () => void settled().then(() => document.flush()), undo, redo })[action]();
  };

  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- shortcuts from anywhere on the page
    <div className={classes.frame} onKeyDown={onKeyDown}>
      <div className={classes.head}>
        <PageTitle
          title={title}
          above={
            <Group gap="xs">
              <Link to={addressOf(document.kind, document.key)} className={classes.back}>
                {t(`one.${document.kind}`)} {document.key}
              </Link>
              <Basis document={document} />
            </Group>
          }
          actions={
            <>
              <SaveStatus document={document} />
              <Group gap={0} role="toolbar" aria-label={t('frame.tools')} className={classes.tools}>
                {tools.map(({ icon, label, shortcut: keys, disabled, act }) => (
                  <Tooltip key={label} label={keys ? `${label} (${keys})` : label}>
                    <ActionIcon
                      aria-label={label}
                      data-disabled={disabled === true ? true : undefined}
                      aria-disabled={disabled}
                      onClick={act}
                    >
                      <Icon name={icon} />
                    </ActionIcon>
                  </Tooltip>
                ))}
              </Group>
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default" rightSection={<Icon name="down" size={14} />}>
                    {t('frame.file')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <FileButton onChange={(chosen) => void openFile(chosen)} accept={ACCEPTED[document.kind]}>
                    {(props) => (
                      <Menu.Item
                        {...props}
                        closeMenuOnClick={false}
                        leftSection={<Icon name="upload" size={16} />}
                      >
                        {t('frame.importFile')}
                      </Menu.Item>
                    )}
                  </FileButton>
                  <Menu.Item
                    leftSection={<Icon name="download" size={16} />}
                    onClick={() => void settled().then(() => download(file, document.content))}
                  >
                    {t('frame.export')}
                  </Menu.Item>
                  <Menu.Item
                    leftSection={<Icon name="trash" size={16} />}
                    disabled={document.save === 'unchanged'}
                    onClick={() => void discard()}
                  >
                    {t('frame.discard')}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
              <Button onClick={() => void settled().then(() => setDeploying(true))}>
                {t('frame.deploy')}
              </Button>
            </>
          }
        />
      </div>
      <Notices document={document} />
      <div className={classes.editor}>{children}</div>
      <Problems checked={checked} onReveal={onReveal} nameOf={nameOf} />
      <DeployDialog
        opened={deploying}
        onClose={() => setDeploying(false)}
        file={{ path: file, content: document.content }}
        others={others}
        nameOf={nameOf}
        onReveal={onReveal}
        onDeployed={(definitions) => {
          const own = definitions.find((each) => each.kind === document.kind && each.key === document.key);
          if (own) void document.deployed(own.version);
        }}
      />
      <Rival document={document} file={file} />
    </div>
  );
}

export const ACCEPTED: Record<EditedDocument['kind'], string> = {
  process: '.bpmn,.xml',
  decision: '.dmn,.xml',
  form: '.json',
};

function Basis({ document }: { document: EditedDocument }) {
  const { t } = useTranslation('studio');
  const { latest, basedOn, save } = document;
  if (!latest) return <span>{t('frame.new')}</span>;
  if (save === 'unchanged') return <span>{t('version', { version: latest.version })}</span>;
  return <span>{t('frame.basedOn', { version: basedOn ?? latest.version })}</span>;
}

/** What one should know before going on: an old draft, a version that came meanwhile, work found in this browser. */
function Notices({ document }: { document: EditedDocument }) {
  const { t } = useTranslation('studio');
  const person = usePerson();
  const { found, latest, basedOn, opened } = document;
  const isBehind =
    latest !== null && basedOn !== null && basedOn < latest.version && document.save !== 'unchanged';
  const [closed, setClosed] = useState(false);
  if (closed) return null;
  const notice = isBehind ? (
    t('frame.behind', { version: latest.version, basis: basedOn })
  ) : opened.source === 'local' ? (
    t('frame.foundHere')
  ) : found && opened.source === 'draft' && found.updatedBy !== person.username ? (
    <>
      {t('frame.found', { name: found.updatedBy })} <Instant at={found.updatedAt} />
    </>
  ) : null;
  if (notice === null) return null;
  return (
    <Alert
      color={isBehind ? 'amber' : 'petrol'}
      py={6}
      radius={0}
      withCloseButton
      closeButtonLabel={t('close', { ns: 'common' })}
      onClose={() => setClosed(true)}
    >
      {notice}
    </Alert>
  );
}

/** Somebody else has saved: the person decides whose work goes on. Nothing is lost before she has. */
function Rival({ document, file }: { document: EditedDocument; file: string }) {
  const { t } = useTranslation('studio');
  const { rival, save } = document;
  return (
    <Modal
      opened={save === 'conflict'}
      onClose={() => {}}
      withCloseButton={false}
      title={t('rival.title')}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <Stack>
        <Text>
          {rival ? t('rival.text', { name: rival.updatedBy }) : t('rival.gone')}{' '}
          {rival && <Instant at={rival.updatedAt} />}
        </Text>
        <Button variant="default" onClick={() => download(file, document.content)}>
          {t('rival.download')}
        </Button>
        <Group justify="end">
          {rival && (
            <Button variant="default" onClick={() => document.takeTheirs()}>
              {t('rival.theirs')}
            </Button>
          )}
          <Button onClick={() => void document.keepMine()}>{t('rival.mine')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type Action = 'save' | 'undo' | 'redo';

/** The action keys ask for; none where the field they are typed in, or the editor, has its own. */
function shortcut(event: KeyboardEvent): Action | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return null;
  const key = event.key.toLowerCase();
  if (key === 's') return 'save';
  const target = event.target as HTMLElement;
  if (target.matches('input, textarea, select, [contenteditable="true"]')) return null;
  if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
  return key === 'y' ? 'redo' : null;
}
