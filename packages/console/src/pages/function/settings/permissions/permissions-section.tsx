import { Alert } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { AgencyFields } from '../../../../parts/agency-fields.tsx';
import type { ShownFunction } from '../../shown-function.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { ConfigChange, SectionProps } from '../section.ts';
import { AgencyPolicies } from './agency-policies.tsx';
import { NeedTable } from './need-table.tsx';

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
      <SettingsForm
        {...props}
        title={t('sections.permissions')}
        intro={t('permissions.intro')}
        read={read}
        write={write}
      >
        <AgencyFields label={t('permissions.agency')} />
        <AgencyPolicies />
        <Alert type="info" showIcon title={t('permissions.when')} />
      </SettingsForm>
      <NeedTable />
    </>
  );
}
