import { FUNCTION_NAME } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { Form, Input, Radio, Select } from 'antd';
import { query, useSession } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import type { Way } from './way-cards.tsx';

/** Type, place and name. A template has its type. */
export function BasicFields({ way, isHttp }: { way: Way; isHttp: boolean }) {
  const { t } = useTexts('createFunction');
  const { region } = useSession();
  const kind = isHttp ? 'http' : 'event';
  const projects = useQuery(query('listEnterpriseProjects'));
  return (
    <>
      {way !== 'template' && (
        <Form.Item
          name="type"
          label={t('type.label')}
          required
          extra={t(way === 'image' ? `type.imageHelp.${kind}` : `type.help.${kind}`)}
        >
          <Radio.Group
            options={[
              { value: 'event', label: t('type.event') },
              { value: 'http', label: t('type.http') },
            ]}
          />
        </Form.Item>
      )}
      <Form.Item label={t('region')} htmlFor="region" required>
        <Input id="region" value={region} readOnly variant="filled" />
      </Form.Item>
      <Form.Item
        name="name"
        label={t('name.label')}
        extra={<span className="field-rule">{t('name.help')}</span>}
        rules={[
          { required: true, message: t('name.missing') },
          { pattern: FUNCTION_NAME, message: t('name.rule') },
        ]}
      >
        <Input autoFocus autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="enterpriseProject" label={t('enterpriseProject')} required>
        <Select
          loading={projects.isLoading}
          options={(projects.data?.enterprise_projects ?? [{ id: '0', name: 'default' }]).map(({ id, name }) => ({
            value: id,
            label: name,
          }))}
        />
      </Form.Item>
    </>
  );
}
