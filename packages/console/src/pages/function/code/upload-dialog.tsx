import InboxOutlined from '@ant-design/icons/es/icons/InboxOutlined';
import { Alert, Form, Input, Modal, Upload } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { type ArchiveWarning, archiveWarnings } from './archive-warnings.ts';
import { addressProblem, fileProblem, type UploadKind } from './upload-rules.ts';
import type { NewCode } from './use-deploy.ts';
import { pathsOf } from './zip-directory.ts';

interface UploadDialogProps {
  readonly kind: UploadKind;
  /** Of the function that gets the code. */
  readonly fn: { readonly runtime: string; readonly handler: string };
  readonly isBusy: boolean;
  readonly onUpload: (code: NewCode) => void;
  readonly onClose: () => void;
}

/** Replaces all code of a function by a file or by what an address has. */
export function UploadDialog({ kind, fn, isBusy, onUpload, onClose }: UploadDialogProps) {
  const { t } = useTexts('functionCode');
  const [file, setFile] = useState<File>();
  const [warnings, setWarnings] = useState<readonly ArchiveWarning[]>([]);
  const [address, setAddress] = useState('');
  const problem = kind === 'obs' ? addressProblem(address) : fileProblem(kind, file);
  const isShown = problem !== undefined && problem !== 'missing';
  const choose = async (chosen: File) => {
    setFile(chosen);
    setWarnings([]);
    if (kind !== 'zip' || fileProblem(kind, chosen) !== undefined) return;
    const paths = pathsOf(new Uint8Array(await chosen.arrayBuffer()));
    setWarnings(paths.length === 0 ? [] : archiveWarnings(paths, fn));
  };
  const submit = () => {
    if (problem !== undefined) return;
    if (kind === 'obs') onUpload({ kind, url: address.trim() });
    else if (file !== undefined) onUpload({ kind, name: file.name, content: file });
  };
  return (
    <Modal
      open
      title={t(`upload.${kind}`)}
      okText={t('upload.action')}
      okButtonProps={{ disabled: problem !== undefined }}
      confirmLoading={isBusy}
      onOk={submit}
      onCancel={onClose}
    >
      <Form layout="vertical">
        {kind === 'obs' ? (
          <Form.Item
            label={t('upload.address')}
            htmlFor="code-address"
            validateStatus={isShown ? 'error' : ''}
            help={isShown ? t(`upload.problems.${problem}`) : t('upload.addressHelp')}
          >
            <Input
              id="code-address"
              autoFocus
              value={address}
              placeholder="https://bucket.obs.example.com/code.zip"
              onChange={(event) => setAddress(event.target.value)}
              onPressEnter={submit}
            />
          </Form.Item>
        ) : (
          <Form.Item validateStatus={isShown ? 'error' : ''} help={isShown ? t(`upload.problems.${problem}`) : ''}>
            <Upload.Dragger
              accept={`.${kind}`}
              maxCount={1}
              fileList={file === undefined ? [] : [{ uid: 'code', name: file.name, size: file.size }]}
              beforeUpload={(chosen) => {
                void choose(chosen);
                return false;
              }}
              onRemove={() => {
                setFile(undefined);
                setWarnings([]);
              }}
            >
              <InboxOutlined className="upload-icon" />
              <div>{t('upload.choose')}</div>
              <div className="upload-limits">{t('upload.limits')}</div>
            </Upload.Dragger>
          </Form.Item>
        )}
        {warnings.map((warning) => (
          <Alert
            key={warning}
            type="warning"
            showIcon
            title={t(`upload.warnings.${warning}`, { handler: fn.handler })}
          />
        ))}
      </Form>
    </Modal>
  );
}
