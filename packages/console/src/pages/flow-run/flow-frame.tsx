import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Skeleton, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { AllFlows } from '../../parts/all-flows.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { FlowTabs } from '../../parts/flow-tabs.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StartFlow } from '../../parts/start-flow.tsx';

export interface ShownFlow {
  readonly id: string;
  readonly urn: string;
  readonly name: string;
  readonly mode: string;
}

interface FlowFrameProps {
  readonly children: (flow: ShownFlow, startButton: ReactNode) => ReactNode;
}

/** Name, tabs and start of the flow that the address names, around one of its pages. */
export function FlowFrame({ children }: FlowFrameProps) {
  const { t } = useTexts('flowRun');
  const { flow: id = '' } = useParams({ strict: false });
  const navigate = useNavigate();
  const [isStarting, setStarting] = useState(false);
  const shown = useQuery(query('showWorkFlow', { params: { workflow_id: id } }));
  if (shown.data === undefined) {
    if (shown.error === null) return <Skeleton active />;
    return (
      <>
        <AllFlows />
        <PageHeader title={t('title')} />
        <ErrorView error={shown.error} onRetry={() => void shown.refetch()} />
      </>
    );
  }
  const { name = '', mode = 'NORMAL' } = shown.data.graph as { name?: string; mode?: string };
  const flow = { id, urn: shown.data.workflow_urn, name, mode };
  const start = (
    <ActionButton needs="startWorkflowExecution" icon={<PlayCircleOutlined />} onClick={() => setStarting(true)}>
      {t('start')}
    </ActionButton>
  );
  return (
    <>
      <AllFlows />
      <PageHeader
        title={name}
        actions={
          <>
            <Tag style={{ alignSelf: 'center' }}>{t(mode === 'EXPRESS' ? 'express' : 'standard')}</Tag>
            {start}
          </>
        }
      />
      <FlowTabs flow={id} mode={mode} />
      {children(flow, start)}
      {isStarting && (
        <StartFlow
          flow={flow}
          onStarted={(run) =>
            void navigate({ to: '/flows/$flow/runs', params: { flow: id }, search: { run } as never })
          }
          onClose={() => setStarting(false)}
        />
      )}
    </>
  );
}
