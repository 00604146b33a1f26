import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Tag } from 'antd';
import { query, useMissingRight } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';

/** The policies of the agency that the running code acts with. An agency without any has no rights. */
export function AgencyPolicies() {
  const { t } = useTexts('functionSettings');
  const agency: string = Form.useWatch('agency') ?? '';
  const isSeparate = Form.useWatch('isSeparate') === true;
  const runAgency: string = Form.useWatch('runAgency') ?? '';
  const name = isSeparate ? runAgency : agency;
  const lists = [useMissingRight('listAgencies'), useMissingRight('listGrants')];
  const isAllowed = name !== '' && lists.every((missing) => missing === undefined);
  const { data: found } = useQuery({ ...query('listAgencies', { query: { name } }), enabled: isAllowed });
  const id = found?.agencies.find((each) => each.name === name)?.id;
  const { data } = useQuery({
    ...query('listGrants', { query: { agency_id: id ?? '' } }),
    enabled: isAllowed && id !== undefined,
  });
  if (!isAllowed || id === undefined || data === undefined) return null;
  const policies = [...new Set(data.grants.map((grant) => grant.role_name))];
  return (
    <Form.Item label={t('permissions.policies', { name })}>
      {policies.length === 0 ? (
        <Alert type="warning" showIcon title={t('permissions.noPolicy', { name })} />
      ) : (
        policies.map((policy) => <Tag key={policy}>{policy}</Tag>)
      )}
    </Form.Item>
  );
}
