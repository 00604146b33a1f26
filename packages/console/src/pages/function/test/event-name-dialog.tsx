import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { nameProblem } from './event-rules.ts';

interface EventNameDialogProps {
  readonly taken: readonly string[];
  readonly isBusy: boolean;
  readonly onSave: (name: string) => void;
  readonly onClose: () => void;
}

export function EventNameDialog({ taken, isBusy, onSave, onClose }: EventNameDialogProps) {
  const { t } = useTexts('functionTest');
  const [name, setName] = useState('');
  const problem = nameProblem(name, taken);
  const isShown = name !== '' && problem !== undefined;
  const submit = () => problem === undefined && onSave(name);
  return (
    <Modal
      open
      title={t('events.saveAs')}
      okButtonProps={{ disabled: problem !== undefined }}
      confirmLoading={isBusy}
      onOk={submit}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item
          label={t('events.name')}
          htmlFor="event-name"
          required
          validateStatus={isShown ? 'error' : ''}
          help={t(isShown && problem === 'taken' ? 'events.taken' : 'events.rule')}
        >
          <Input
            id="event-name"
            autoFocus
            autoComplete="off"
            maxLength={25}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onPressEnter={submit}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
