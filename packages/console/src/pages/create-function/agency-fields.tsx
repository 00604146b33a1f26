import { useQuery } from '@tanstack/react-query';
import { Checkbox, Form, Select } from 'antd';
import { query, useMissingRight } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';

/** One agency for configuration and running code, or one for each. */
export function AgencyFields() {
  const { t } = useTexts('createFunction');
  const isSeparate = Form.useWatch('isSeparate') === true;
  const missing = useMissingRight('listServiceTrustedAgencies');
  const agencies = useQuery({ ...query('listServiceTrustedAgencies'), enabled: missing === undefined });
  const options = (agencies.data ?? []).map(({ name }) => ({ value: name, label: name }));
  return (
    <>
      <Form.Item name="agency" label={t('agency.label')} extra={t('agency.help')}>
        <Select options={[{ value: '', label: t('agency.none') }, ...options]} loading={agencies.isLoading} />
      </Form.Item>
      <Form.Item name="isSeparate" valuePropName="checked">
        <Checkbox>{t('agency.separate')}</Checkbox>
      </Form.Item>
      {isSeparate && (
        <Form.Item
          name="runAgency"
          label={t('agency.run')}
          extra={t('agency.runHelp')}
          rules={[{ required: true, message: t('agency.runMissing') }]}
        >
          <Select options={options} loading={agencies.isLoading} />
        </Form.Item>
      )}
    </>
  );
}
