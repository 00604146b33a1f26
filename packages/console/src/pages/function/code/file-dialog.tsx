import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../../../parts/confirm-dialog.tsx';
import type { CodeFiles } from './archive.ts';
import { type Change, pathProblem } from './working-copy.ts';

export interface FileQuestion {
  readonly kind: 'newFile' | 'newFolder' | 'rename' | 'remove';
  /** Of what is renamed or removed, or the folder of what is new. */
  readonly path: string;
}

interface FileDialogProps {
  readonly question: FileQuestion;
  readonly files: CodeFiles;
  readonly onChange: (change: Change) => void;
  readonly onClose: () => void;
}

/** Asks for the path of a new or renamed file or folder, or whether to remove one. */
export function FileDialog({ question: { kind, path }, files, onChange, onClose }: FileDialogProps) {
  const { t } = useTexts('functionCode');
  const isFolder = kind === 'newFolder' || (kind === 'rename' && path.endsWith('/'));
  const [given, setGiven] = useState(path.replace(/\/$/, kind === 'rename' ? '' : '/'));
  const finish = (change: Change) => {
    onChange(change);
    onClose();
  };
  if (kind === 'remove') {
    return (
      <ConfirmDialog
        title={t('files.remove')}
        consequence={t('files.removeText', { path })}
        isBusy={false}
        onConfirm={() => finish({ kind: 'remove', path })}
        onCancel={onClose}
      />
    );
  }
  const next = isFolder ? `${given}/` : given;
  // its own place is free for what is renamed
  const others = kind === 'rename' ? new Map([...files].filter(([other]) => !other.startsWith(path))) : files;
  const problem = pathProblem(next, others);
  const submit = () => {
    if (problem !== undefined) return;
    if (kind !== 'rename') return finish({ kind: 'create', path: next });
    if (next === path) return onClose();
    finish({ kind: 'rename', from: path, to: next });
  };
  const isShown = problem !== undefined && given !== path && given !== '';
  return (
    <Modal
      open
      title={t(`files.${kind}`)}
      okButtonProps={{ disabled: problem !== undefined }}
      onOk={submit}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item
          label={t('files.path')}
          htmlFor="file-path"
          validateStatus={isShown ? 'error' : ''}
          help={isShown ? t(`files.${problem}`) : t('files.pathHelp')}
        >
          <Input
            id="file-path"
            autoFocus
            autoComplete="off"
            value={given}
            onChange={(event) => setGiven(event.target.value)}
            onPressEnter={submit}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
