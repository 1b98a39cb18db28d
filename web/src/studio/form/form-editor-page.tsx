/** The editor of a form: its document, and the form as it will be seen. */
import { useParams } from 'react-router';
import { Loading } from '../../ui/loading';
import { ProblemAlert } from '../../ui/problem-alert';
import { useDocument, useStart, type Start } from '../document/use-document';
import { FormStudio } from './form-studio';
import { formTemplate } from './template';

export default function FormEditorPage() {
  const { key = '' } = useParams();
  const start = useStart('form', key);
  if (start.isPending) return <Loading kind="page" />;
  if (start.isError) return <ProblemAlert problem={start.error} retry={() => void start.refetch()} />;
  return <Editing key={key} formKey={key} start={start.data} />;
}

function Editing({ formKey, start }: { formKey: string; start: Start }) {
  return <FormStudio document={useDocument('form', formKey, start, formTemplate(formKey))} />;
}
