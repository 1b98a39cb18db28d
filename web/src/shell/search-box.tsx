/** Search over cases from every page: `/` leads here, Enter to what was found. */
import { ActionIcon, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Icon } from '../ui/icon';
import classes from './search-box.module.css';

export function SearchBox() {
  const { t } = useTranslation('common');
  const navigate = useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useHotkeys([['/', () => box.current?.focus()]]);
  return (
    <>
      <form
        role="search"
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void navigate(text.trim() === '' ? '/cases' : `/cases?q=${encodeURIComponent(text.trim())}`);
          setText('');
          box.current?.blur();
        }}
      >
        <TextInput
          ref={box}
          type="search"
          aria-label={t('search.label')}
          aria-keyshortcuts="/"
          placeholder={t('search.placeholder')}
          leftSection={<Icon name="search" size={16} />}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </form>
      <ActionIcon component={Link} to="/cases" className={classes.small} aria-label={t('search.label')}>
        <Icon name="search" />
      </ActionIcon>
    </>
  );
}
