import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';

interface PickerProps {
  readonly id: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const MOST = 100;
const VERSION = /^(urn:.+:function:[^:]+:[^:]+):([^:]+)$/;

/** A function by application and name, and its version. */
export function FunctionPicker({ id, value, onChange }: PickerProps) {
  const { t } = useTexts('flowEditor');
  const [text, setText] = useState('');
  const list = useQuery({
    ...query('listFunctions', { query: { maxitems: String(MOST), func_name: text } }),
    placeholderData: keepPreviousData,
  });
  const [, urn = value, version = 'latest'] = VERSION.exec(value) ?? [];
  const versions = useQuery({
    ...query('listFunctionVersions', { params: { function_urn: urn } }),
    enabled: urn !== '' && urn.startsWith('urn:'),
  });
  const options = (list.data?.functions ?? []).map(({ func_name, func_urn, package: application }) => ({
    value: func_urn.replace(/:latest$/, ''),
    label: `${application} / ${func_name}`,
  }));
  const numbers = versions.data?.versions.map((one) => one.version) ?? [version];
  return (
    <div className="flow-function">
      <Select
        id={id}
        showSearch={{ filterOption: false, onSearch: setText }}
        loading={list.isFetching}
        placeholder={t('chooseFunction')}
        value={value === '' ? null : urn}
        options={options}
        labelRender={({ label, value: chosen }) => label ?? String(chosen).split(':').slice(-2).join(' / ')}
        onChange={(chosen) => onChange(`${chosen}:latest`)}
      />
      <Select
        aria-label={t('version')}
        disabled={value === ''}
        loading={versions.isFetching}
        value={version}
        options={[...new Set([...numbers, version])].map((number) => ({ value: number, label: number }))}
        onChange={(chosen) => onChange(`${urn}:${chosen}`)}
      />
    </div>
  );
}

export function FlowPicker({ id, value, onChange }: PickerProps) {
  const { t } = useTexts('flowEditor');
  const [text, setText] = useState('');
  const list = useQuery({
    ...query('listWorkflow', { query: { limit: String(MOST), workflow_name: text } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={list.isFetching}
      placeholder={t('chooseFlow')}
      value={value === '' ? null : value}
      options={(list.data?.workflows ?? []).map(({ name, workflow_urn }) => ({ value: workflow_urn, label: name }))}
      labelRender={({ label, value: chosen }) => label ?? String(chosen).split(':').at(-2) ?? String(chosen)}
      onChange={onChange}
    />
  );
}
