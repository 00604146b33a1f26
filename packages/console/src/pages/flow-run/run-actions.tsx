import DiffOutlined from '@ant-design/icons/es/icons/DiffOutlined';
import PauseCircleOutlined from '@ant-design/icons/es/icons/PauseCircleOutlined';
import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import ReloadOutlined from '@ant-design/icons/es/icons/ReloadOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Space } from 'antd';
import { useState } from 'react';
import { mutation, receive } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { useNotices } from '../../parts/notices.tsx';
import { StartFlow } from '../../parts/start-flow.tsx';
import type { RunDetail } from './panel/run-panel.tsx';
import { isEnded } from './status-mark.tsx';

interface RunActionsProps {
  readonly detail: RunDetail;
  readonly flow: { readonly id: string; readonly name: string };
  readonly onRun: (run: string) => void;
  /** Absent without another run. */
  readonly onCompare: (() => void) | undefined;
}

/** Stop a run, do a failed one again, start another one with its input, compare it with another one. */
export function RunActions({ detail, flow, onRun, onCompare }: RunActionsProps) {
  const { t } = useTexts('flowRun');
  const notices = useNotices();
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<'stop' | 'start'>();
  const { execution_id: id, status } = detail;
  const params = { workflow_id: flow.id, execution_id: id };
  const stop = useMutation(mutation('stopWorkFlow'));
  const retry = useMutation({
    // the new id stands in a header
    mutationFn: async () => (await receive('retryWorkFlow', { params }, queries)).headers.get('X-WorkflowRun-ID') ?? '',
    onSuccess: async (next) => {
      await queries.invalidateQueries({ queryKey: ['workflows', 'showWorkflowExecutionForPage'] });
      notices.success(() => t('retry.done', { id: next }));
      onRun(next);
    },
    onError: (error) => notices.failure(() => t('retry.failed'), error),
  });
  const stopNow = () =>
    stop.mutate(
      { params },
      {
        onSuccess: () => notices.success(() => t('stop.done')),
        onError: (error) => notices.failure(() => t('stop.failed'), error),
        onSettled: () => setDialog(undefined),
      },
    );
  return (
    <Space wrap>
      {!isEnded(status) && (
        <ActionButton needs="stopWorkFlow" icon={<PauseCircleOutlined />} danger onClick={() => setDialog('stop')}>
          {t('stop.action')}
        </ActionButton>
      )}
      {(status === 'fail' || status === 'timeout') && (
        <ActionButton
          needs="retryWorkFlow"
          icon={<ReloadOutlined />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
        >
          {t('retry.action')}
        </ActionButton>
      )}
      <ActionButton needs="startWorkflowExecution" icon={<PlayCircleOutlined />} onClick={() => setDialog('start')}>
        {t('startLike')}
      </ActionButton>
      {onCompare && (
        <ActionButton needs="compareWorkflowExecutions" icon={<DiffOutlined />} onClick={onCompare}>
          {t('compare.action')}
        </ActionButton>
      )}
      {dialog === 'stop' && (
        <ConfirmDialog
          title={t('stop.title')}
          consequence={t('stop.consequence')}
          isBusy={stop.isPending}
          onConfirm={stopNow}
          onCancel={() => setDialog(undefined)}
        />
      )}
      {dialog === 'start' && (
        <StartFlow
          flow={{ ...flow, mode: 'NORMAL' }}
          input={detail.input}
          onStarted={onRun}
          onClose={() => setDialog(undefined)}
        />
      )}
    </Space>
  );
}
