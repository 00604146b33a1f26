import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined';
import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { FlowTabs } from '../../parts/flow-tabs.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StartFlow } from '../../parts/start-flow.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import './flow-run.css';
import { RunList } from './run-list.tsx';
import { RunView } from './run-view.tsx';

const MOST = '100';
const LOOK_AGAIN_MS = 5000;
/** All that the server may have. */
const SINCE = '2000-01-01T00:00:00Z';

/** The runs of a standard flow, and the one of them that the address names; the last one otherwise. */
export function Page() {
  const { t } = useTexts('flowRun');
  const { flow = '' } = useParams({ strict: false });
  const [url, setUrl] = useUrlState({ run: '', node: '', nth: -1, view: 'timeline', q: '', status: '' });
  const [isStarting, setStarting] = useState(false);
  const shown = useQuery(query('showWorkFlow', { params: { workflow_id: flow } }));
  const list = useQuery({
    ...query('showWorkflowExecutionForPage', {
      params: { workflow_id: flow },
      query: { offset: '0', limit: MOST, start_time: SINCE, end_time: '2100-01-01T00:00:00Z', status: url.status },
    }),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
  const error = shown.error ?? list.error;
  if (error !== null && list.data === undefined)
    return (
      <>
        <PageHeader title={t('title')} />
        <ErrorView error={error} onRetry={() => void Promise.all([shown.refetch(), list.refetch()])} />
      </>
    );
  if (shown.data === undefined || list.data === undefined) return <Skeleton active />;

  const { name = '', mode = 'NORMAL' } = shown.data.graph as { name?: string; mode?: string };
  const { executions, total } = list.data;
  const run = url.run || executions[0]?.execution_id || '';
  const openRun = (next: string) => setUrl({ run: next, node: '', nth: -1 }, { push: true });
  const start = (
    <ActionButton needs="startWorkflowExecution" icon={<PlayCircleOutlined />} onClick={() => setStarting(true)}>
      {t('start')}
    </ActionButton>
  );
  return (
    <>
      <PageHeader
        title={name}
        actions={
          <>
            <Tag style={{ alignSelf: 'center' }}>{t(mode === 'EXPRESS' ? 'express' : 'standard')}</Tag>
            {start}
          </>
        }
      />
      <FlowTabs flow={flow} mode={mode} />
      {total === 0 && run === '' && url.status === '' ? (
        <div className="surface">
          <EmptyState
            icon={<NodeIndexOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={start}
            command={`fgs flows start ${name} --follow`}
          />
        </div>
      ) : (
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
              flow={flow}
              name={name}
              run={run}
              place={url}
              onPlace={(change) => setUrl(change)}
              onRun={openRun}
            />
          )}
        </div>
      )}
      {isStarting && (
        <StartFlow flow={{ id: flow, name, mode }} onStarted={openRun} onClose={() => setStarting(false)} />
      )}
    </>
  );
}
