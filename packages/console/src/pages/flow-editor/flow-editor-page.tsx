import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, Skeleton } from 'antd';
import { mutation, query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { useWords } from '../../parts/flow-graph/index.ts';
import { useNotices } from '../../parts/notices.tsx';
import { Editor } from './editor.tsx';

/** A saved flow. */
export function Page() {
  const { t } = useTexts('flowEditor');
  const { word } = useWords();
  const notices = useNotices();
  const { flow: id = '' } = useParams({ strict: false });
  const shown = useQuery(query('showWorkFlow', { params: { workflow_id: id } }));
  const update = useMutation(mutation('updateWorkFlow'));
  if (shown.isPending) return <Skeleton active />;
  if (shown.error !== null) return <ErrorView error={shown.error} onRetry={() => shown.refetch()} />;
  const read = readDefinition(shown.data.graph);
  if (!read.ok) {
    return (
      <Alert
        type="error"
        title={t('unreadable')}
        description={read.problems.map(({ path, text }) => `${path}: ${word(text)}`).join(' ')}
      />
    );
  }
  const save = (flow: FlowDefinition, onSaved: () => void) =>
    update.mutate(
      { params: { workflow_id: id }, body: { graph: { ...flow } } },
      {
        onSuccess: () => {
          onSaved();
          notices.success(t('save.done', { name: flow.name }));
        },
        onError: (error) => notices.failure(t('save.failed', { name: flow.name }), error),
      },
    );
  return <Editor key={id} id={id} initial={read.definition} isBusy={update.isPending} onSave={save} />;
}
