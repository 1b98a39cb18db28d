/** Leaving the page with something the server does not have yet: it is sent first; failing that, one is asked. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { confirm } from '../../ui/confirm';
import type { EditedDocument } from './use-document';

export function useLeaveGuard(document: EditedDocument): void {
  const { t } = useTranslation('studio');
  const isPending = document.save === 'saving' || document.save === 'kept' || document.save === 'conflict';
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    return isPending && currentLocation.pathname !== nextLocation.pathname;
  });
  const { flush } = document;

  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    void (async () => {
      const leave =
        (await flush()) ||
        (await confirm({ title: t('leave.title'), text: t('leave.text'), action: t('leave.action') }));
      if (leave) blocker.proceed();
      else blocker.reset();
    })();
  }, [blocker, flush, t]);

  useEffect(() => {
    if (!isPending) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isPending]);
}
