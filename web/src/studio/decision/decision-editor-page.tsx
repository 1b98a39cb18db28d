/** The editor of a decision: its tables, and trying them out. */
import { useParams } from 'react-router';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import { useDocument, useStart, type Start } from '../document/use-document';
import { DecisionStudio } from './decision-studio';
import { decisionTemplate } from './template';

export default function DecisionEditorPage() {
  const { key = '' } = useParams();
  const start = useStart('decision', key);
  if (start.isPending) return <Loading kind="page" />;
  if (start.isError) return <ProblemAlert problem={start.error} retry={() => void start.refetch()} />;
  return <Editing key={key} decisionKey={key} start={start.data} />;
}

function Editing({ decisionKey, start }: { decisionKey: string; start: Start }) {
  return (
    <DecisionStudio
      document={useDocument('decision', decisionKey, start, decisionTemplate(decisionKey, decisionKey))}
    />
  );
}
