import { Button, Form, Modal, Steps } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { clearErrors } from '../../../parts/clear-errors.ts';
import { useChange } from '../../../parts/use-change.ts';
import { useFormLanguage } from '../../../parts/use-form-language.ts';
import { ScopeFields } from '../grants/scope-fields.tsx';
import { type ScopeChoice, useGrant } from '../grants/use-grant.ts';
import { AgencyFields, type AgencyKind } from './agency-fields.tsx';
import { PolicyChoice } from './policy-choice.tsx';

const STEPS = ['agency', 'policies', 'scope'] as const;
const LAST = STEPS.length - 1;

interface Fields extends ScopeChoice {
  readonly name: string;
  readonly description?: string;
  readonly kind: AgencyKind;
  readonly account?: string;
  readonly duration: 'FOREVER' | 'ONEDAY' | 'days';
  readonly days?: number;
  readonly policies: string[];
}

const NOTHING: Partial<Fields> = { kind: 'service', duration: 'FOREVER', policies: [], scope: 'domain' };

/** An agency in the three steps of the guide: itself, its policies, where they count. */
export function CreateAgency({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('agencies');
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const [step, setStep] = useState(0);
  // functions choose from another list
  const creation = useChange('createAgency', ['listServiceTrustedAgencies']);
  const { grant, isBusy } = useGrant();

  const submit = async () => {
    // the fields of all steps, hidden ones too
    const {
      name,
      description = '',
      kind,
      account = '',
      duration,
      days,
      policies,
      ...scope
    } = form.getFieldsValue(true) as Fields;
    const trust = kind === 'account' ? { trust_domain_name: account.trim() } : {};
    const agency = { name, description, ...trust, duration: duration === 'days' ? String(days) : duration };
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    const created = await creation.send({ body: { agency } }, texts);
    if (created === undefined) return setStep(0);
    await grant({ agency_id: created.answer.agency.id }, policies, scope);
    onClose();
  };
  const next = async () => {
    try {
      await form.validateFields();
    } catch {
      // the form shows what is missing
      return;
    }
    if (step === LAST) await submit();
    else setStep(step + 1);
  };
  return (
    <Modal
      open
      title={t('create.action')}
      width={640}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={(_, { CancelBtn }) => (
        <>
          <CancelBtn />
          {step > 0 && <Button onClick={() => setStep(step - 1)}>{t('create.previous')}</Button>}
          <Button type="primary" loading={creation.isBusy || isBusy} onClick={() => void next()}>
            {t(step === LAST ? 'create.submit' : 'create.next')}
          </Button>
        </>
      )}
    >
      <Steps
        className="agency-steps"
        size="small"
        current={step}
        items={STEPS.map((each) => ({ title: t(`create.steps.${each}`) }))}
      />
      <Form<Fields>
        form={form}
        className="form-dialog"
        layout="vertical"
        initialValues={NOTHING}
        onValuesChange={clearErrors(form)}
      >
        {STEPS[step] === 'agency' && <AgencyFields />}
        {STEPS[step] === 'policies' && (
          <Form.Item name="policies" label={t('create.policies')} extra={t('create.policiesHelp')}>
            <PolicyChoice />
          </Form.Item>
        )}
        {STEPS[step] === 'scope' && <ScopeFields />}
      </Form>
    </Modal>
  );
}
