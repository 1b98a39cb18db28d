/** What the check says: how much of it, and each line leading to its element. */
import { Button, Loader, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProblemEntry } from '../../api/problem';
import { useSentence } from '../../i18n/sentence';
import { Icon } from '../../ui/icon';
import { problemTitle } from '../../ui/problem-alert';
import classes from './problems.module.css';
import type { Checked } from './use-check';

interface Props {
  checked: Checked;
  /** Go to what an entry is about. */
  onReveal: (entry: ProblemEntry) => void;
  /** What an entry is about, in words. */
  nameOf: (entry: ProblemEntry) => string;
}

export function Problems({ checked, onReveal, nameOf }: Props) {
  const { t } = useTranslation('studio');
  const { t: common } = useTranslation();
  const [open, setOpen] = useState(true);
  const { findings, isChecking, failure } = checked;
  const problems = findings?.problems ?? [];
  const warnings = findings?.warnings ?? [];
  const count = problems.length + warnings.length;
  return (
    <section className={classes.place} aria-label={t('check.title')}>
      <div className={classes.bar}>
        <p className={classes.summary} role="status" data-state={problems.length > 0 ? 'bad' : 'good'}>
          {isChecking ? (
            <Loader size={13} aria-hidden />
          ) : (
            <Icon name={count > 0 ? 'alert' : 'check'} size={15} />
          )}
          <Summary problems={problems.length} warnings={warnings.length} checked={checked} />
        </p>
        {count > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? t('check.hide') : t('check.show')}
          </Button>
        )}
      </div>
      {failure && (
        <Text size="xs" c="red">
          {problemTitle(failure, common)} {failure.detail}
        </Text>
      )}
      {open && count > 0 && (
        <ul className={classes.list}>
          {problems.map((entry, index) => (
            <Entry key={`p${index}`} entry={entry} kind="problem" onReveal={onReveal} name={nameOf(entry)} />
          ))}
          {warnings.map((entry, index) => (
            <Entry key={`w${index}`} entry={entry} kind="warning" onReveal={onReveal} name={nameOf(entry)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Summary({ problems, warnings, checked }: { problems: number; warnings: number; checked: Checked }) {
  const { t } = useTranslation('studio');
  if (!checked.findings) return <span>{t('check.checking')}</span>;
  if (problems + warnings === 0) return <span>{t('check.fine')}</span>;
  const parts = [
    problems > 0 && t('check.problems', { count: problems }),
    warnings > 0 && t('check.warnings', { count: warnings }),
  ];
  return <span>{parts.filter(Boolean).join(' · ')}</span>;
}

interface EntryProps {
  entry: ProblemEntry;
  kind: 'problem' | 'warning';
  name: string;
  onReveal: (entry: ProblemEntry) => void;
}

export function Entry({ entry, kind, name, onReveal }: EntryProps) {
  const { t } = useTranslation('studio');
  const say = useSentence();
  return (
    <li>
      <UnstyledButton className={classes.entry} data-kind={kind} onClick={() => onReveal(entry)}>
        <span className={classes.badge}>{kind === 'problem' ? t('check.problem') : t('check.warning')}</span>
        {name && <strong>{name}</strong>} <span>{say(entry)}</span>
      </UnstyledButton>
    </li>
  );
}
