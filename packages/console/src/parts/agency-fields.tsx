import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Checkbox, Form, Select } from 'antd';
import { query, useMissingRight } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';

/** Opens the dialog on the page of agencies, in a tab of its own: the form here stays as it is. */
const CREATE = { create: 1 } as never;

/** Fields `agency`, `isSeparate` and `runAgency`: one agency for configuration and running code, or one for each. */
export function AgencyFields({ label }: { label: string }) {
  const { t } = useTexts('parts');
  const isSeparate = Form.useWatch('isSeparate') === true;
  const missing = useMissingRight('listServiceTrustedAgencies');
  const agencies = useQuery({
    ...query('listServiceTrustedAgencies'),
    enabled: missing === undefined,
    // the link below opens another tab, which may have made one
    refetchOnWindowFocus: 'always',
  });
  const options = (agencies.data ?? []).map(({ name }) => ({ value: name, label: name }));
  return (
    <>
      <Form.Item name="agency" label={label} extra={t('agency.help')}>
        <Select options={[{ value: '', label: t('agency.none') }, ...options]} loading={agencies.isLoading} />
      </Form.Item>
      <Form.Item>
        <Link to="/agencies" search={CREATE} target="_blank" rel="noopener">
          {t('agency.create')}
        </Link>
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
