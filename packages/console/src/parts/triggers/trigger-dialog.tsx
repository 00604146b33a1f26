import type { TriggerTypeCode } from '@funcgraph/api';
import { Form, Modal, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { TRIGGER_FORMS } from './kinds.ts';
import { TriggerFields } from './trigger-fields.tsx';
import type { TriggerTarget } from './trigger-form.ts';
import './triggers.css';

export interface NewTrigger {
  readonly code: TriggerTypeCode;
  readonly isActive: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

interface TriggerDialogProps {
  readonly codes: readonly TriggerTypeCode[];
  /** Those of functions unless given. */
  readonly forms?: typeof TRIGGER_FORMS;
  readonly target: TriggerTarget;
  readonly isBusy: boolean;
  readonly onCreate: (trigger: NewTrigger) => void;
  readonly onClose: () => void;
}

interface Values extends Readonly<Record<string, unknown>> {
  readonly isActive?: boolean;
}

/** Without what was left empty. */
const filledIn = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));

const FORM = 'trigger';
/** All kinds without scrolling. */
const LIST_HEIGHT = 400;

/** Chooses the kind of a new trigger and fills in its form. */
export function TriggerDialog({ codes, forms = TRIGGER_FORMS, target, isBusy, onCreate, onClose }: TriggerDialogProps) {
  const { t } = useTexts('triggers');
  const [code, setCode] = useState<TriggerTypeCode>(codes[0] ?? 'TIMER');
  const kind = forms[code];
  const initial = kind.initial(target);
  const create = ({ isActive = true, ...values }: Values) => {
    const data = { ...initial, ...values };
    onCreate({ code, isActive, data: filledIn(kind.toData?.(data) ?? data) });
  };
  return (
    <Modal
      open
      width={640}
      title={t('create.title')}
      okText={t('create.confirm')}
      okButtonProps={{ htmlType: 'submit', form: FORM }}
      confirmLoading={isBusy}
      mask={{ closable: false }}
      style={{ top: 48 }}
      onCancel={onClose}
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t('type')} htmlFor="trigger-type" required extra={t(`about.${code}`)}>
          <Select
            id="trigger-type"
            value={code}
            listHeight={LIST_HEIGHT}
            options={codes.map((each) => ({ value: each, label: t(`kinds.${each}`) }))}
            onChange={setCode}
          />
        </Form.Item>
      </Form>
      <Form<Values>
        // another kind has fields of its own
        key={code}
        name={FORM}
        layout="vertical"
        initialValues={{ ...initial, isActive: true }}
        onFinish={create}
      >
        <TriggerFields form={kind} target={target} />
        {!kind.isAlwaysOn && (
          <Form.Item name="isActive" label={t('active')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
