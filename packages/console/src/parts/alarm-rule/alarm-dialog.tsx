import { Button, Form, Modal, Steps } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { clearErrors } from '../clear-errors.ts';
import { useChange } from '../use-change.ts';
import { useFormLanguage } from '../use-form-language.ts';
import type { Alarm } from './alarm.ts';
import './alarm-rule.css';
import { ConditionFields } from './condition-fields.tsx';
import { NameFields } from './name-fields.tsx';
import { type Metric, statisticsOf, type TargetKind, targetOf } from './rule.ts';
import { TargetField } from './target-field.tsx';

type Fields = Omit<Alarm, 'id' | 'enabled' | 'state' | 'state_since' | 'value' | 'created_at' | 'modified_at'>;

interface AlarmDialogProps {
  /** What the new rule watches; chosen in the dialog when absent. */
  readonly target?: { readonly urn: string; readonly metric: Metric };
  /** The rule to change. */
  readonly of?: Alarm;
  readonly onClose: () => void;
}

const startOf = ({ of, target }: AlarmDialogProps): Partial<Fields> => {
  if (of !== undefined) return of;
  const metric = target?.metric ?? 'failcount';
  return {
    ...(target === undefined ? {} : { target_urn: target.urn }),
    metric,
    statistic: statisticsOf('function', metric)[0] ?? 'sum',
    comparison: '>=',
    period: 5,
    periods: 1,
    breaching_periods: 1,
    missing_data: 'keep',
    topic_urns: [],
    notify_on: ['alarm', 'ok'],
  };
};

/** Creates or changes a rule in two steps: the condition, then name and messages. */
export function AlarmDialog(props: AlarmDialogProps) {
  const { target, of, onClose } = props;
  const { t } = useTexts('alarms');
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const [step, setStep] = useState(0);
  const { save, isBusy } = useSave(of, onClose);
  const urn: string = Form.useWatch('target_urn', form) ?? target?.urn ?? of?.target_urn ?? '';
  const kind: TargetKind = targetOf(urn).kind;
  const goOn = () =>
    form.validateFields().then(
      () => setStep(1),
      () => undefined,
    );
  return (
    <Modal
      open
      width={640}
      title={of === undefined ? t('create.title') : t('edit.title', { name: of.name })}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          {step === 1 && <Button onClick={() => setStep(0)}>{t('back')}</Button>}
          <Button type="primary" loading={isBusy} onClick={step === 0 ? () => void goOn() : () => form.submit()}>
            {t(step === 0 ? 'next' : 'confirm')}
          </Button>
        </>
      }
    >
      <Steps
        size="small"
        className="alarm-steps"
        current={step}
        items={[{ title: t('steps.condition') }, { title: t('steps.name') }]}
      />
      <Form<Fields>
        form={form}
        onValuesChange={clearErrors(form)}
        layout="vertical"
        initialValues={startOf(props)}
        onFinish={(fields) => void save({ ...startOf(props), ...form.getFieldsValue(true), ...fields })}
      >
        {/* the fields of the first step stay part of the form */}
        <div hidden={step !== 0}>
          <TargetField isFixed={target !== undefined || of !== undefined} urn={urn} />
          <ConditionFields kind={kind} />
        </div>
        {step === 1 && <NameFields isNew={of === undefined} />}
      </Form>
    </Modal>
  );
}

function useSave(of: Alarm | undefined, onClose: () => void) {
  const { t } = useTexts('alarms');
  const creation = useChange('createAlarm');
  const update = useChange('updateAlarm');
  const save = async ({ name, target_urn, description = '', ...settings }: Fields) => {
    const body = { ...settings, description };
    const done =
      of === undefined
        ? await creation.send(
            { body: { ...body, name, target_urn } },
            { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) },
          )
        : await update.send(
            { params: { alarm_name: of.name }, body },
            { done: () => t('edit.done', { name: of.name }), failed: () => t('edit.failed', { name: of.name }) },
          );
    if (done) onClose();
  };
  return { save, isBusy: creation.isBusy || update.isBusy };
}
