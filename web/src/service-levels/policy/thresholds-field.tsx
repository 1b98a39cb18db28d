/** The thresholds on the way to a target, and after it, with what each does. */
import { ActionIcon, Button, MultiSelect, NativeSelect, NumberInput, Switch, TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGroups } from '../../api/people';
import { Icon } from '../../ui/icon';
import classes from '../fields.module.css';
import { GroupPick } from '../picks';
import styles from './policy.module.css';
import { SpanField } from './span-field';
import type { Action, Threshold } from './target';

interface Props {
  thresholds: readonly Threshold[];
  onChange: (thresholds: Threshold[]) => void;
}

export function ThresholdsField({ thresholds, onChange }: Props) {
  const { t } = useTranslation('serviceLevels');
  const put = (index: number, entries: Partial<Threshold>) => {
    onChange(thresholds.map((one, at) => (at === index ? { ...one, ...entries } : one)));
  };
  return (
    <fieldset className={classes.plain}>
      <legend>{t('thresholds')}</legend>
      <div className={classes.rows}>
        {thresholds.map((threshold, index) => (
          <div key={index} className={styles.threshold} role="group" aria-label={threshold.at}>
            <div className={classes.row}>
              <PointField at={threshold.at} onChange={(at) => put(index, { at })} />
              <ActionIcon
                aria-label={t('removeThreshold', { at: threshold.at })}
                onClick={() => onChange(thresholds.filter((_, at) => at !== index))}
              >
                <Icon name="trash" size={16} />
              </ActionIcon>
            </div>
            <ActionsField actions={threshold.do ?? []} onChange={(actions) => put(index, { do: actions })} />
          </div>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          w="max-content"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onChange([...thresholds, { at: freePoint(thresholds), do: [] }])}
        >
          {t('addThreshold')}
        </Button>
      </div>
    </fieldset>
  );
}

function freePoint(thresholds: readonly Threshold[]): string {
  const free = [75, 100, 50, 90, 25, 150, 200].find(
    (share) => !thresholds.some(({ at }) => at === `${share}%`),
  );
  return `${free ?? 80}%`;
}

function PointField({ at, onChange }: { at: string; onChange: (at: string) => void }) {
  const { t } = useTranslation('serviceLevels');
  const [side, span] = at.split('.');
  const kind = span === undefined ? 'share' : side === 'before' ? 'before' : 'after';
  return (
    <>
      <NativeSelect
        aria-label={t('pointKind')}
        data={(['share', 'before', 'after'] as const).map((value) => ({ value, label: t(`point.${value}`) }))}
        value={kind}
        onChange={(event) => {
          const next = event.currentTarget.value;
          onChange(next === 'share' ? '75%' : `${next}.${span ?? 'PT30M'}`);
        }}
      />
      {kind === 'share' ? (
        <NumberInput
          w={110}
          aria-label={t('point.share')}
          suffix=" %"
          min={1}
          max={1000}
          allowDecimal={false}
          value={Number.parseInt(at, 10) || 0}
          onChange={(share) => onChange(`${Number(share) || 1}%`)}
        />
      ) : (
        <SpanField
          silent
          label={t(`point.${kind}`)}
          value={span}
          onChange={(next) => onChange(`${kind}.${next}`)}
        />
      )}
    </>
  );
}

const KINDS = ['notify', 'level', 'add_group', 'reassign'] as const;
type Kind = (typeof KINDS)[number];
const NEW: Record<Kind, Action> = {
  notify: { notify: { to: ['assignee'] } },
  level: { level: 1 },
  add_group: { add_group: '' },
  reassign: { reassign: '' },
};
const ROLES = ['service-manager', 'process-owner', 'administrator'] as const;
const TO = ['assignee', 'requester', 'group'] as const;

function kindOf(action: Action): Kind {
  return KINDS.find((kind) => action[kind] !== undefined) ?? 'notify';
}

function ActionsField({
  actions,
  onChange,
}: {
  actions: readonly Action[];
  onChange: (actions: Action[]) => void;
}) {
  const { t } = useTranslation('serviceLevels');
  return (
    <>
      {actions.map((action, index) => (
        <div key={index} className={styles.action} role="group" aria-label={t(`action.${kindOf(action)}`)}>
          <NativeSelect
            aria-label={t('whatItDoes')}
            data={KINDS.map((value) => ({ value, label: t(`action.${value}`) }))}
            value={kindOf(action)}
            onChange={(event) => {
              const next = NEW[event.currentTarget.value as Kind];
              onChange(actions.map((one, at) => (at === index ? next : one)));
            }}
          />
          <ActionFields
            action={action}
            onChange={(next) => onChange(actions.map((one, at) => (at === index ? next : one)))}
          />
          <ActionIcon
            aria-label={t('removeAction', { action: t(`action.${kindOf(action)}`) })}
            onClick={() => onChange(actions.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={16} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        w="max-content"
        onClick={() => onChange([...actions, NEW.notify])}
      >
        {t('addAction')}
      </Button>
    </>
  );
}

function ActionFields({ action, onChange }: { action: Action; onChange: (action: Action) => void }) {
  const { t } = useTranslation('serviceLevels');
  switch (kindOf(action)) {
    case 'level':
      return (
        <NumberInput
          w={90}
          aria-label={t('action.level')}
          min={1}
          max={9}
          value={action.level ?? 1}
          onChange={(level) => onChange({ level: Number(level) || 1 })}
        />
      );
    case 'add_group':
      return (
        <GroupPick
          label={t('team')}
          value={action.add_group ?? ''}
          onChange={(group) => onChange({ add_group: group ?? '' })}
        />
      );
    case 'reassign':
      return (
        <GroupPick
          label={t('team')}
          value={action.reassign ?? ''}
          onChange={(group) => onChange({ reassign: group ?? '' })}
        />
      );
    default:
      return <Notified action={action} onChange={onChange} />;
  }
}

function Notified({ action, onChange }: { action: Action; onChange: (action: Action) => void }) {
  const { t } = useTranslation('serviceLevels');
  const { t: common } = useTranslation();
  const { data: groups = [] } = useGroups();
  const whom = action.notify ?? {};
  const put = (name: keyof typeof whom, value: string[]) => {
    const left = Object.entries({ ...whom, [name]: value }).filter(([, names]) => names.length > 0);
    onChange({ ...action, notify: Object.fromEntries(left) });
  };
  return (
    <div className={styles.whom}>
      <MultiSelect
        searchable
        label={t('toWhom')}
        data={TO.map((value) => ({ value, label: t(`to.${value}`) }))}
        value={whom.to ?? []}
        onChange={(value) => put('to', value)}
      />
      <MultiSelect
        searchable
        label={t('roles')}
        data={ROLES.map((value) => ({ value, label: common(`role.${value}`) }))}
        value={whom.roles ?? []}
        onChange={(value) => put('roles', value)}
      />
      <MultiSelect
        searchable
        label={t('groups')}
        data={groups.map(({ name, title }) => ({ value: name, label: title }))}
        value={whom.groups ?? []}
        onChange={(value) => put('groups', value)}
      />
      <TagsInput label={t('people')} value={whom.people ?? []} onChange={(value) => put('people', value)} />
      <Switch
        label={t('inHours')}
        checked={action.in_hours ?? false}
        onChange={(event) => {
          const { notify } = action;
          onChange(event.currentTarget.checked ? { notify, in_hours: true } : { notify });
        }}
      />
    </div>
  );
}
