import { Input, Modal } from 'antd';
import { useId, useState } from 'react';
import { useTexts } from '../i18n/index.ts';
import './parts.css';

interface ConfirmDialogProps {
  readonly title: string;
  /** What goes with it. */
  readonly consequence: string;
  /** To be typed when data would be lost. */
  readonly name?: string;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before something that cannot be undone. Mount it to open it. */
export function ConfirmDialog({ title, consequence, name, isBusy, onConfirm, onCancel }: ConfirmDialogProps) {
  const { t } = useTexts('parts');
  const id = useId();
  const [typed, setTyped] = useState('');
  const isReady = name === undefined || typed === name;
  return (
    <Modal
      open
      title={title}
      okText={t('confirm')}
      cancelText={t('cancel')}
      okButtonProps={{ danger: true, disabled: !isReady }}
      confirmLoading={isBusy}
      onOk={onConfirm}
      onCancel={onCancel}
    >
      <p>{consequence}</p>
      {name !== undefined && (
        <>
          <label className="confirm-name" htmlFor={id}>
            {t('typeName', { name })}
          </label>
          <Input
            id={id}
            autoFocus
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onPressEnter={() => isReady && onConfirm()}
          />
        </>
      )}
    </Modal>
  );
}
