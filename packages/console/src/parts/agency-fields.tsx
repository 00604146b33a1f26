import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, useRouter } from '@tanstack/react-router';
import { Checkbox, Form, Select } from 'antd';
import { query, useMissingRight } from '../api/index.ts';
import { useTexts } from '../i18n/index.ts';

/** Where the list of agencies opens its dialog. */
const CREATE: LinkProps = { to: '/agencies' as '/', search: { create: 1 } as never };

/** Fields `agency`, `isSeparate` and `runAgency`: one agency for configuration and running code, or one for each. */
export function AgencyFields({ label }: { label: string }) {
  const { t } = useTexts('parts');
  const isSeparate = Form.useWatch('isSeparate') === true;
  const missing = useMissingRight('listServiceTrustedAgencies');
  const agencies = useQuery({ ...query('listServiceTrustedAgencies'), enabled: missing === undefined });
  const options = (agencies.data ?? []).map(({ name }) => ({ value: name, label: name }));
  const hasPage = '/agencies' in useRouter().routesByPath;
  return (
    <>
      <Form.Item
        name="agency"
        label={label}
        extra={
          <>
            {t('agency.help')}{' '}
            {hasPage ? (
              <Link {...CREATE}>{t('agency.create')}</Link>
            ) : (
              t('agency.createBy', { command: 'fgs iam agencies create NAME' })
            )}
          </>
        }
      >
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
