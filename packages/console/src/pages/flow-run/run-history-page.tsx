import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { FlowFrame, type ShownFlow } from './flow-frame.tsx';
import './flow-run.css';
import { RunList } from './run-list.tsx';
import { RunView } from './run-view.tsx';

const MOST = '100';
const LOOK_AGAIN_MS = 5000;
/** All that the server may have. */
const ANY_TIME = { start_time: '2000-01-01T00:00:00Z', end_time: '2100-01-01T00:00:00Z' };

/** The runs of a standard flow, and the one of them that the address names; the last one otherwise. */
export function Page() {
  return <FlowFrame>{(flow, start) => <Runs flow={flow} start={start} />}</FlowFrame>;
}

function Runs({ flow, start }: { flow: ShownFlow; start: ReactNode }) {
  const { t } = useTexts('flowRun');
  const [url, setUrl] = useUrlState({
    run: '',
    node: '',
    nth: -1,
    view: 'timeline',
    folded: true,
    sort: '',
    with: '',
    q: '',
    status: '',
  });
  const list = useQuery({
    ...query('showWorkflowExecutionForPage', {
      params: { workflow_id: flow.id },
      query: { offset: '0', limit: MOST, ...ANY_TIME, status: url.status },
    }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
  if (list.data === undefined) {
    return list.error === null ? (
      <Skeleton active />
    ) : (
      <ErrorView error={list.error} onRetry={() => void list.refetch()} />
    );
  }
  const { executions, total } = list.data;
  const run = url.run || executions[0]?.execution_id || '';
  const openRun = (next: string) => setUrl({ run: next, node: '', nth: -1, with: '' }, { push: true });
  if (total === 0 && run === '' && url.status === '') {
    return (
      <div className="surface">
        <EmptyState
          icon={<NodeIndexOutlined />}
          title={t('empty.title')}
          text={t('empty.text')}
          action={start}
          command={`fgs flows start ${flow.name} --follow`}
        />
      </div>
    );
  }
  return (
    <div className="run-page">
      <RunList
        runs={executions}
        total={total}
        isPending={list.isPending}
        selected={run}
        q={url.q}
        status={url.status}
        onSelect={openRun}
        onFilter={setUrl}
      />
      {run !== '' && (
        <RunView
          key={run}
          flow={flow.id}
          name={flow.name}
          run={run}
          runs={executions}
          place={url}
          onPlace={(change) => setUrl(change)}
          onRun={openRun}
        />
      )}
    </div>
  );
}
