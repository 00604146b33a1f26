import type { TriggerTypeCode } from '@funcgraph/api';
import { Form, Modal, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { TRIGGER_FORMS } from './kinds.ts';
import { changesOf, valuesOf } from './trigger-changes.ts';
import { TriggerFields } from './trigger-fields.tsx';
import type { TriggerTarget } from './trigger-form.ts';
import './triggers.css';

export interface NewTrigger {
  readonly code: TriggerTypeCode;
  readonly isActive: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

interface TriggerDialogProps {
  /** Of a trigger that is changed. */
  readonly present?: { readonly code: TriggerTypeCode; readonly data: Readonly<Record<string, unknown>> };
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
export function TriggerDialog(props: TriggerDialogProps) {
  const { present, codes, forms = TRIGGER_FORMS, target, isBusy, onCreate, onClose } = props;
  const { t } = useTexts('triggers');
  const [code, setCode] = useState<TriggerTypeCode>(present?.code ?? codes[0] ?? 'TIMER');
  const kind = forms[code];
  const initial = present === undefined ? kind.initial(target) : valuesOf(kind, present.data);
  const create = ({ isActive = true, ...values }: Values) => {
    if (present !== undefined) {
      // fields of answers alone are no settings
      onCreate({ code, isActive, data: changesOf(present.data, kind.toData?.(values) ?? values) });
      return;
    }
    const data = { ...initial, ...values };
    onCreate({ code, isActive, data: filledIn(kind.toData?.(data) ?? data) });
  };
  return (
    <Modal
      open
      width={640}
      title={t(present === undefined ? 'create.title' : 'change.title')}
      okText={t(present === undefined ? 'create.confirm' : 'change.confirm')}
      okButtonProps={{ htmlType: 'submit', form: FORM }}
      confirmLoading={isBusy}
      mask={{ closable: false }}
      onCancel={onClose}
    >
      <Form layout="vertical" component="div">
        <Form.Item label={t('type')} htmlFor="trigger-type" required extra={t(`about.${code}`)}>
          <Select
            id="trigger-type"
            value={code}
            disabled={present !== undefined}
            listHeight={LIST_HEIGHT}
            options={(present === undefined ? codes : [code]).map((each) => ({
              value: each,
              label: t(`kinds.${each}`),
            }))}
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
        <TriggerFields form={kind} target={target} isPresent={present !== undefined} />
        {!kind.isAlwaysOn && present === undefined && (
          <Form.Item name="isActive" label={t('active')} valuePropName="checked">
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
