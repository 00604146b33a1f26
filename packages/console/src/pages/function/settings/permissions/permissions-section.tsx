import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Tag } from 'antd';
import { query, useMissingRight } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import { AgencyFields } from '../../../../parts/agency-fields.tsx';
import type { ShownFunction } from '../../shown-function.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { ConfigChange, SectionProps } from '../section.ts';
import { NeedTable } from './need-table.tsx';

/** The policies of the agency that the running code acts with. An agency without any has no rights. */
function AgencyPolicies() {
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

interface PermissionFields {
  readonly agency: string;
  readonly isSeparate: boolean;
  readonly runAgency?: string | undefined;
}

const read = ({ xrole, app_xrole: run }: ShownFunction['config']): PermissionFields => ({
  agency: xrole,
  isSeparate: run !== '',
  runAgency: run || undefined,
});

const write = ({ agency, isSeparate, runAgency }: PermissionFields): ConfigChange => ({
  xrole: agency,
  app_xrole: isSeparate ? (runAgency ?? '') : '',
});

/** With whose rights the function is configured and run. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  return (
    <>
      <SettingsForm {...props} section="permissions" intro={t('permissions.intro')} read={read} write={write}>
        <AgencyFields label={t('permissions.agency')} />
        <AgencyPolicies />
        <Alert type="info" showIcon title={t('permissions.when')} />
      </SettingsForm>
      <NeedTable />
    </>
  );
}
