import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { query, useMissingRight } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';

/** Groups to join. */
export function GroupsField({ without = [], isRequired = false }: { without?: string[]; isRequired?: boolean }) {
  const { t } = useTexts('users');
  const missing = useMissingRight('listGroups');
  const groups = useQuery({ ...query('listGroups'), enabled: missing === undefined });
  const options = (groups.data?.groups ?? [])
    .filter(({ id }) => !without.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Form.Item
      name="groups"
      label={t('groups')}
      extra={t('groupsHelp')}
      rules={isRequired ? [{ required: true, message: t('groupsMissing') }] : []}
    >
      <Select mode="multiple" optionFilterProp="label" options={options} loading={groups.isLoading} />
    </Form.Item>
  );
}
