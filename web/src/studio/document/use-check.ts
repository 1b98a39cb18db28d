/** The server's check, run by itself a moment after each change. */
import { useEffect, useState } from 'react';
import { Problem } from '../../api/problem';
import { check, type DeployFile, type Findings } from './api';

const PAUSE_MS = 700;

export interface Checked {
  /** What the last check found; null before the first. */
  findings: Findings | null;
  /** A check is under way, or about to be: what is shown may be out of date. */
  isChecking: boolean;
  /** Why the server could not check. */
  failure: Problem | null;
}

/** Check these files whenever their contents differ; null while there is nothing to check yet. */
export function useCheck(files: DeployFile[] | null): Checked {
  const [checked, setChecked] = useState<{ of: string; findings: Findings | null; failure: Problem | null }>({
    of: '',
    findings: null,
    failure: null,
  });
  const written = files && JSON.stringify(files);

  useEffect(() => {
    if (written === null) return undefined;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      check(JSON.parse(written) as DeployFile[], stop.signal).then(
        (findings) => setChecked({ of: written, findings, failure: null }),
        (reason: unknown) => {
          if (reason instanceof Problem)
            setChecked((last) => ({ of: written, findings: last.findings, failure: reason }));
        },
      );
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [written]);

  return { ...checked, isChecking: written !== null && checked.of !== written };
}
