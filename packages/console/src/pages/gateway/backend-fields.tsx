import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Checkbox, Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import type { ApiFields } from './definition.ts';

const MOST = 100;

export function BackendFields() {
  const { t } = useTexts('gateway');
  const backend = Form.useWatch<ApiFields['backend']>('backend') ?? 'function';
  return (
    <fieldset className="gateway-fields">
      <legend>{t('form.backend')}</legend>
      <Form.Item name="backend" label={t('form.kind')}>
        <Radio.Group
          options={[
            { value: 'function', label: t('form.function') },
            { value: 'flow', label: t('apis.flow') },
          ]}
        />
      </Form.Item>
      {backend === 'flow' ? (
        <Form.Item
          name="flow_urn"
          label={t('apis.flow')}
          extra={t('form.flowHelp')}
          rules={[{ required: true, message: t('form.flowMissing') }]}
        >
          <FlowSelect />
        </Form.Item>
      ) : (
        <>
          <div className="gateway-row">
            <Form.Item
              name="function_urn"
              label={t('form.function')}
              rules={[{ required: true, message: t('form.functionMissing') }]}
            >
              <FunctionSelect />
            </Form.Item>
            <Form.Item
              name="version"
              label={t('form.version')}
              extra={t('form.versionHelp')}
              rules={[{ required: true, message: t('form.versionMissing') }]}
            >
              <Input autoComplete="off" maxLength={70} />
            </Form.Item>
          </div>
          <Form.Item name="isAsync" valuePropName="checked">
            <Checkbox>{t('form.async')}</Checkbox>
          </Form.Item>
        </>
      )}
    </fieldset>
  );
}

interface SelectProps {
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (urn: string) => void;
}

/** A function without its version. */
function FunctionSelect(props: SelectProps) {
  const [text, setText] = useState('');
  const list = useQuery({
    ...query('listFunctions', { query: { maxitems: String(MOST), func_name: text } }),
    placeholderData: keepPreviousData,
  });
  const options = (list.data?.functions ?? []).map(({ func_name, func_urn, package: application }) => ({
    value: func_urn.replace(/:latest$/, ''),
    label: `${application} / ${func_name}`,
  }));
  return <SearchSelect {...props} options={options} isLoading={list.isFetching} onSearch={setText} />;
}

function FlowSelect(props: SelectProps) {
  const [text, setText] = useState('');
  const list = useQuery({
    ...query('listWorkflow', { query: { limit: String(MOST), workflow_name: text } }),
    placeholderData: keepPreviousData,
  });
  const options = (list.data?.workflows ?? []).map((flow) => ({ value: flow.workflow_urn, label: flow.name }));
  return <SearchSelect {...props} options={options} isLoading={list.isFetching} onSearch={setText} />;
}

interface SearchSelectProps extends SelectProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly isLoading: boolean;
  readonly onSearch: (text: string) => void;
}

function SearchSelect({ options, isLoading, onSearch, ...props }: SearchSelectProps) {
  return (
    <Select
      {...props}
      showSearch={{ filterOption: false, onSearch }}
      loading={isLoading}
      options={[...options]}
      // one that the search does not show
      labelRender={({ label, value }) => label ?? String(value).split(':').slice(5, 7).join(' / ')}
    />
  );
}
