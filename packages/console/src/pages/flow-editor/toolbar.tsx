import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined';
import PartitionOutlined from '@ant-design/icons/es/icons/PartitionOutlined';
import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import RedoOutlined from '@ant-design/icons/es/icons/RedoOutlined';
import SettingOutlined from '@ant-design/icons/es/icons/SettingOutlined';
import UndoOutlined from '@ant-design/icons/es/icons/UndoOutlined';
import { Button, Space, Tag, Tooltip } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { AllFlows } from '../../parts/all-flows.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useShortcut } from '../../parts/shortcuts/index.ts';
import { Status } from '../../parts/status.tsx';
import type { useDraft } from './use-draft.ts';

interface ToolbarProps {
  readonly draft: ReturnType<typeof useDraft>;
  readonly problems: number;
  readonly isNew: boolean;
  readonly isBusy: boolean;
  /** How many nodes are selected, if more than one. */
  readonly several: number;
  readonly onArrange: () => void;
  readonly onDialog: (dialog: 'save' | 'json' | 'start') => void;
  readonly onSave: () => void;
}

export function Toolbar({ draft, problems, isNew, isBusy, several, onArrange, onDialog, onSave }: ToolbarProps) {
  const { t } = useTexts('flowEditor');
  const { flow, isChanged } = draft;
  const canSave = problems === 0 && (isChanged || isNew);
  useShortcut('Ctrl+z', t('undo'), draft.undo);
  useShortcut('Ctrl+y', t('redo'), draft.redo);
  useShortcut('Ctrl+s', t('save.action'), () => canSave && onSave());
  const arrange = several > 0 ? t('arrangeSome', { count: several }) : t('arrange');
  const tools = [
    { label: t('undo'), icon: <UndoOutlined />, run: draft.undo, isOff: !draft.canUndo },
    { label: t('redo'), icon: <RedoOutlined />, run: draft.redo, isOff: !draft.canRedo },
    { label: arrange, icon: <PartitionOutlined />, run: onArrange, isOff: false },
    { label: t('json.title'), icon: <CodeOutlined />, run: () => onDialog('json'), isOff: false },
    { label: t('save.settings'), icon: <SettingOutlined />, run: () => onDialog('save'), isOff: isNew || problems > 0 },
  ];
  return (
    <>
      <AllFlows />
      <PageHeader
        title={flow.name || t('newFlow')}
        actions={
          <>
            <Space size={8} style={{ marginRight: 8 }}>
              <Tag>{t(flow.mode === 'EXPRESS' ? 'express' : 'standard')}</Tag>
              {problems > 0 ? (
                <Status kind="bad">{t('problems', { count: problems })}</Status>
              ) : (
                <Status kind={isChanged ? 'warning' : 'good'}>{t(isChanged || isNew ? 'unsaved' : 'saved')}</Status>
              )}
            </Space>
            <Space.Compact>
              {tools.map(({ label, icon, run, isOff }) => (
                <Tooltip key={label} title={label}>
                  <Button icon={icon} aria-label={label} disabled={isOff} onClick={run} />
                </Tooltip>
              ))}
            </Space.Compact>
            <ActionButton
              needs="startWorkflowExecution"
              icon={<PlayCircleOutlined />}
              disabled={isNew || isChanged}
              title={isNew || isChanged ? t('saveFirst') : ''}
              onClick={() => onDialog('start')}
            >
              {t('start')}
            </ActionButton>
            <ActionButton
              needs={isNew ? 'createWorkflow' : 'updateWorkFlow'}
              type="primary"
              disabled={!canSave}
              loading={isBusy}
              onClick={onSave}
            >
              {t('save.action')}
            </ActionButton>
          </>
        }
      />
    </>
  );
}
