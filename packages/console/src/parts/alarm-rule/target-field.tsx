import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { METRICS, statisticsOf, targetOf } from './rule.ts';

const MOST = '20';

/** The function or flow that a rule watches. It never changes. */
export function TargetField({ isFixed, urn }: { isFixed: boolean; urn: string }) {
  const { t } = useTexts('alarms');
  const form = Form.useFormInstance();
  const [search, setSearch] = useState('');
  const functions = useQuery({
    ...query('listFunctions', { query: { func_name: search, maxitems: MOST } }),
    enabled: !isFixed,
  });
  const flows = useQuery({
    ...query('listWorkflow', { query: { workflow_name: search, limit: MOST } }),
    enabled: !isFixed,
  });
  if (isFixed) {
    const { kind, name, qualifier } = targetOf(urn);
    return (
      <Form.Item label={t('fields.target')}>
        <strong>{name}</strong> {qualifier.replace('!', '')} · {t(`kinds.${kind}`)}
      </Form.Item>
    );
  }
  const options = [
    ...(functions.data?.functions ?? []).map(({ func_urn, func_name }) => ({
      value: func_urn.replace(/:latest$/, ''),
      label: `${func_name} · ${t('kinds.function')}`,
    })),
    ...(flows.data?.workflows ?? []).map(({ workflow_urn, name }) => ({
      value: workflow_urn,
      label: `${name} · ${t('kinds.flow')}`,
    })),
  ];
  const onChange = (next: string) => {
    const { kind } = targetOf(next);
    const metrics: readonly string[] = METRICS[kind];
    if (metrics.includes(form.getFieldValue('metric'))) return;
    const metric = kind === 'flow' ? 'fail_count' : 'failcount';
    form.setFieldsValue({ metric, statistic: statisticsOf(kind, metric)[0] });
  };
  return (
    <Form.Item
      name="target_urn"
      label={t('fields.target')}
      extra={t('fields.targetHelp')}
      rules={[{ required: true, message: t('fields.targetMissing') }]}
    >
      <Select
        showSearch={{ filterOption: false, onSearch: setSearch }}
        loading={functions.isFetching || flows.isFetching}
        options={options}
        onChange={onChange}
      />
    </Form.Item>
  );
}
