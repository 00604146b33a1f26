import type { RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import { Space, type TableColumnsType, Tag } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { Moment } from '../../parts/moment.tsx';

export type FlowRow = RouteResponse<Routes['listWorkflow']>['workflows'][number];

interface RowActions {
  readonly onStart: (flow: FlowRow) => void;
  readonly onDelete: (flow: FlowRow) => void;
}

export function useFlowColumns({ onStart, onDelete }: RowActions): TableColumnsType<FlowRow> {
  const { t } = useTexts('flows');
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id }) => (
        <Link to="/flows/$flow" params={{ flow: id }}>
          {name}
        </Link>
      ),
    },
    {
      title: t('columns.mode'),
      dataIndex: 'mode',
      render: (mode: string) => <Tag>{t(mode === 'EXPRESS' ? 'mode.EXPRESS' : 'mode.NORMAL')}</Tag>,
    },
    {
      title: t('columns.description'),
      dataIndex: 'description',
      render: (text: string) => <span className="flow-description">{text || '–'}</span>,
    },
    { title: t('columns.creator'), dataIndex: 'created_by' },
    { title: t('columns.updated'), dataIndex: 'updated_time', render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, flow) => (
        <Space size={16}>
          <RowAction needs="startWorkflowExecution" onClick={() => onStart(flow)} text={t('start.action')} />
          <RowAction needs="batchDeleteWorkflows" onClick={() => onDelete(flow)} text={t('remove.action')} />
        </Space>
      ),
    },
  ];
}

interface RowActionProps {
  readonly needs: 'startWorkflowExecution' | 'batchDeleteWorkflows';
  readonly text: string;
  readonly onClick: () => void;
}

function RowAction({ needs, text, onClick }: RowActionProps) {
  return (
    <ActionButton needs={needs} type="link" size="small" style={{ padding: 0 }} onClick={onClick}>
      {text}
    </ActionButton>
  );
}
