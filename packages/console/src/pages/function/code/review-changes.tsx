import { Modal } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { changedFiles } from '../diff/changed-files.ts';
import { CodeDiff } from '../diff/code-diff.tsx';
import type { WorkingCopy } from './working-copy.ts';

/** What a deployment would change. */
export function ReviewChanges({ copy, onClose }: { copy: WorkingCopy; onClose: () => void }) {
  const { t } = useTexts('functionCode');
  return (
    <Modal open title={t('deploy.reviewTitle')} width={1120} style={{ top: 40 }} footer={null} onCancel={onClose}>
      <CodeDiff
        changes={changedFiles(copy.base, copy.files)}
        before={t('deploy.deployed')}
        after={t('deploy.written')}
      />
    </Modal>
  );
}
