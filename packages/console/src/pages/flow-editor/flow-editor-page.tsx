import { type FlowDefinition, readDefinition } from '@funcgraph/flow';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Alert, Skeleton } from 'antd';
import { useRef, useState } from 'react';
import { mutation, query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { AllFlows } from '../../parts/all-flows.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
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
  const queries = useQueryClient();
  // of what the editor began with, or saved last
  const known = useRef<string>(undefined);
  const [conflict, setConflict] = useState<() => void>();
  if (shown.isPending) return <Skeleton active />;
  if (shown.error !== null) {
    return (
      <>
        <AllFlows />
        <ErrorView error={shown.error} onRetry={() => shown.refetch()} />
      </>
    );
  }
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
  known.current ??= JSON.stringify(shown.data.graph);
  const saved = query('showWorkFlow', { params: { workflow_id: id } });
  const write = (flow: FlowDefinition, onSaved: () => void) =>
    update.mutate(
      { params: { workflow_id: id }, body: { graph: { ...flow } } },
      {
        onSuccess: () => {
          // read again already
          known.current = JSON.stringify(queries.getQueryData(saved.queryKey)?.graph);
          onSaved();
          notices.success(() => t('save.done', { name: flow.name }));
        },
        onError: (error) => notices.failure(() => t('save.failed', { name: flow.name }), error),
      },
    );
  const save = async (flow: FlowDefinition, onSaved: () => void) => {
    // what cannot be read fails when it is written
    const newest = await queries.fetchQuery({ ...saved, staleTime: 0 }).catch(() => undefined);
    if (newest === undefined || JSON.stringify(newest.graph) === known.current) write(flow, onSaved);
    else setConflict(() => () => write(flow, onSaved));
  };
  return (
    <>
      <Editor
        key={id}
        id={id}
        initial={read.definition}
        isBusy={update.isPending}
        onSave={(flow, onSaved) => void save(flow, onSaved)}
      />
      {conflict && (
        <ConfirmDialog
          title={t('conflict.title')}
          consequence={t('conflict.text')}
          isBusy={update.isPending}
          onConfirm={() => {
            setConflict(undefined);
            conflict();
          }}
          onCancel={() => setConflict(undefined)}
        />
      )}
    </>
  );
}
