import { useQuery } from '@tanstack/react-query';
import { Modal, Skeleton } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { changedFiles } from '../diff/changed-files.ts';
import { CodeDiff } from '../diff/code-diff.tsx';
import type { ShownFunction } from '../shown-function.ts';
import type { CodeFiles } from './archive.ts';
import { codeKey, readCode } from './code-query.ts';

interface ConflictDialogProps {
  readonly fn: ShownFunction;
  /** What was written here. */
  readonly files: CodeFiles;
  readonly isBusy: boolean;
  readonly onReplace: () => void;
  readonly onClose: () => void;
}

/** Another deployment was made meanwhile: both sides, before one replaces the other. */
export function ConflictDialog({ fn, files, isBusy, onReplace, onClose }: ConflictDialogProps) {
  const { t } = useTexts('functionCode');
  const { data, error, refetch } = useQuery({
    queryKey: [...codeKey(fn.urn), 'newer'],
    queryFn: ({ client }) => readCode(fn.urn, client),
    gcTime: 0,
  });
  return (
    <Modal
      open
      title={t('conflict.title')}
      width={1120}
      okText={t('conflict.replace')}
      okButtonProps={{ danger: true }}
      cancelText={t('conflict.back')}
      confirmLoading={isBusy}
      onOk={onReplace}
      onCancel={onClose}
    >
      <p>{t('conflict.text')}</p>
      {data === undefined && (error === null ? <Skeleton active /> : <ErrorView error={error} onRetry={refetch} />)}
      {data && (
        <CodeDiff
          changes={changedFiles(data.files ?? new Map(), files)}
          before={t('conflict.newer')}
          after={t('deploy.written')}
        />
      )}
    </Modal>
  );
}
