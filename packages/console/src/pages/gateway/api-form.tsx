import { LIMITS } from '@funcgraph/api/limits';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { useChange } from '../../parts/use-change.ts';
import { BackendFields } from './backend-fields.tsx';
import { type Api, type ApiFields, AUTHS, bodyOf, fieldsOf, type Group, METHODS } from './definition.ts';
import { NameField } from './name-field.tsx';
import { RuleFields } from './rule-fields.tsx';

interface ApiFormProps {
  readonly group: Group;
  /** The API that is changed; a new one without it. */
  readonly api?: Api;
  readonly onSaved: (id: string) => unknown;
  readonly onClose: () => void;
}

const WIDTH = 720;

/** The definition of an API. Requests reach it as it was published last. */
export function ApiForm({ group, api, onSaved, onClose }: ApiFormProps) {
  const { t } = useTexts('gateway');
  const creation = useChange('createGatewayApi');
  const update = useChange('updateGatewayApi');
  const submit = async (fields: ApiFields) => {
    const { name } = fields;
    const texts = { done: () => t('saved', { name }), failed: () => t('saveFailed', { name }) };
    const params = { group_id: group.id };
    const body = bodyOf(fields, api);
    const saved =
      api === undefined
        ? await creation.send({ params, body }, texts)
        : await update.send({ params: { ...params, api_id: api.id }, body }, texts);
    if (saved) await onSaved(saved.answer.id);
  };
  return (
    <FormDialog<ApiFields>
      title={api === undefined ? t('apis.create') : t('apis.edit', { name: api.name })}
      width={WIDTH}
      okText={t('apis.finish')}
      initialValues={fieldsOf(api)}
      isBusy={creation.isBusy || update.isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField label={t('apis.name')} />
      <RequestFields />
      <BackendFields />
      <RuleFields />
    </FormDialog>
  );
}

function RequestFields() {
  const { t } = useTexts('gateway');
  const isFlow = Form.useWatch<ApiFields['backend']>('backend') === 'flow';
  return (
    <fieldset className="gateway-fields">
      <legend>{t('form.request')}</legend>
      <div className="gateway-row">
        <Form.Item name="method" label={t('form.method')}>
          <Select options={METHODS.map((value) => ({ value }))} style={{ width: 120 }} />
        </Form.Item>
        <Form.Item
          name="path"
          label={t('form.path')}
          extra={t('form.pathHelp')}
          validateTrigger="onBlur"
          rules={[{ required: true, pattern: /^\//, message: t('form.pathWrong') }]}
        >
          <Input autoComplete="off" className="code-input" placeholder="/orders/{id}" />
        </Form.Item>
      </div>
      <Form.Item name="isPrefix" valuePropName="checked">
        <Checkbox>{t('form.prefix')}</Checkbox>
      </Form.Item>
      <div className="gateway-row">
        <Form.Item name="auth" label={t('form.auth')} hidden={isFlow}>
          <Select options={AUTHS.map((value) => ({ value, label: t(`auths.${value}`) }))} style={{ width: 320 }} />
        </Form.Item>
        <Form.Item name="timeout_ms" label={t('form.timeout')} rules={[{ required: true }]}>
          <InputNumber {...LIMITS.apiTimeoutMs} precision={0} style={{ width: 160 }} />
        </Form.Item>
      </div>
    </fieldset>
  );
}
