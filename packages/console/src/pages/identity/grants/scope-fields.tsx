import { useQuery } from '@tanstack/react-query';
import { Form, Radio, Select } from 'antd';
import { query, useSession } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import type { ScopeChoice } from './use-grant.ts';

const SCOPES = ['domain', 'project', 'enterprise_project'] as const;

/** Where policies count. */
export function ScopeFields() {
  const { t } = useTexts('identity');
  const { projects } = useSession();
  const scope = Form.useWatch<ScopeChoice['scope']>('scope');
  const enterprise = useQuery({ ...query('listEnterpriseProjects'), enabled: scope === 'enterprise_project' });
  return (
    <>
      <Form.Item name="scope" label={t('grants.scope')}>
        <Radio.Group options={SCOPES.map((value) => ({ value, label: t(`grants.scopes.${value}`) }))} />
      </Form.Item>
      {scope === 'project' && (
        <Form.Item
          name="project"
          label={t('grants.project')}
          rules={[{ required: true, message: t('grants.projectMissing') }]}
        >
          <Select options={projects.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
      )}
      {scope === 'enterprise_project' && (
        <Form.Item
          name="enterpriseProject"
          label={t('grants.enterpriseProject')}
          rules={[{ required: true, message: t('grants.projectMissing') }]}
        >
          <Select
            loading={enterprise.isLoading}
            options={enterprise.data?.enterprise_projects.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          />
        </Form.Item>
      )}
    </>
  );
}
