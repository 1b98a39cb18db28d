/** Open a file of this computer in the editor it belongs to, as a draft of the thing it names. */
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { confirm } from '../../ui/confirm';
import { notifyProblem } from '../../ui/notify';
import { Problem } from '../../api/problem';
import { editorAddress } from '../addresses';
import { readDraft, saveDraft } from '../document/api';
import { readFile } from '../files';
import type { Kind } from '../kinds';
import { identify } from '../identify';

export function useImport(): (file: File) => Promise<void> {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  return async (file) => {
    const content = await readFile(file);
    const found = identify(file.name, content);
    if (!found) {
      notifyProblem(new Problem(422, t('import.unknown', { file: file.name })));
      return;
    }
    try {
      if (await keep(found.kind, found.key, content)) await navigate(editorAddress(found.kind, found.key));
    } catch (reason) {
      if (reason instanceof Problem) notifyProblem(reason);
      else throw reason;
    }
  };

  /** Keep it as the draft; false when there is one already and it is to stay. */
  async function keep(kind: Kind, key: string, content: string): Promise<boolean> {
    const there = await readDraft(kind, key);
    if (there) {
      const replace = await confirm({
        title: t('import.replaceTitle', { key }),
        text: t('import.replaceText', { name: there.updatedBy }),
        action: t('import.replace'),
        danger: true,
      });
      if (!replace) return false;
    }
    await saveDraft(kind, key, { content, based_on: there?.basedOn ?? null }, there?.tag ?? null);
    return true;
  }
}
