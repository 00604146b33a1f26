import { Form, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { usePolicies } from './use-policies.ts';

/** Policies to grant. */
export function PoliciesField({ isRequired = false }: { isRequired?: boolean }) {
  const { t } = useTexts('identity');
  const { rows, isFetching } = usePolicies();
  return (
    <Form.Item
      name="policies"
      label={t('grants.policies')}
      rules={isRequired ? [{ required: true, message: t('grants.missing') }] : []}
    >
      <Select
        mode="multiple"
        optionFilterProp="label"
        loading={isFetching}
        options={rows.map(({ id, display_name, description }) => ({ value: id, label: display_name, description }))}
        optionRender={({ label, data }) => (
          <div>
            <div>{label}</div>
            <div className="identity-option">{data.description}</div>
          </div>
        )}
      />
    </Form.Item>
  );
}
