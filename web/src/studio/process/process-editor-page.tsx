/** The editor of a process: its diagram, the properties of what is selected, and what the check says of them. */
import { useParams } from 'react-router';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import { useDocument, useStart, type Start } from '../document/use-document';
import { ProcessStudio } from './process-studio';
import { processTemplate } from './template';

export default function ProcessEditorPage() {
  const { key = '' } = useParams();
  const start = useStart('process', key);
  if (start.isPending) return <Loading kind="page" />;
  if (start.isError) return <ProblemAlert problem={start.error} retry={() => void start.refetch()} />;
  return <Editing key={key} processKey={key} start={start.data} />;
}

function Editing({ processKey, start }: { processKey: string; start: Start }) {
  return (
    <ProcessStudio
      document={useDocument('process', processKey, start, processTemplate(processKey, processKey))}
    />
  );
}
