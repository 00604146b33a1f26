import type { RouteResponse, Routes } from '@funcgraph/api';
import { Modal } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import { useNotices } from '../../../parts/notices.tsx';
import { Steps } from '../steps.tsx';
import { useProgress } from '../use-progress.ts';

export type Runtime = RouteResponse<Routes['listRuntimes']>['runtimes'][number];

/** Fetches a runtime on the server, with its steps. */
export function InstallRuntime({ runtime: { name, hint }, onClose }: { runtime: Runtime; onClose: () => void }) {
  const { t } = useTexts('runtimes');
  const notices = useNotices();
  const { run, step } = useProgress('installRuntime');
  const install = async () => {
    try {
      await run({ params: { name } }, 'runtimes');
      notices.success(() => t('install.done', { name }));
      onClose();
    } catch (error) {
      // stopped by the person
      if ((error as Error).name === 'AbortError') return;
      notices.failure(() => t('install.failed', { name }), error as Error);
    }
  };
  return (
    <Modal
      open
      title={t('install.title', { name })}
      okText={t('install.action')}
      confirmLoading={step !== undefined}
      mask={{ closable: false }}
      onOk={() => void install()}
      onCancel={onClose}
    >
      <p>{t('install.text')}</p>
      {hint && !hint.startsWith('fgs ') && <p className="platform-hint">{hint}</p>}
      <Command line={`fgs runtimes install '${name}'`} />
      <Steps step={step} />
    </Modal>
  );
}
