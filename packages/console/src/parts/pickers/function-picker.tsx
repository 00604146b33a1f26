import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';
import './pickers.css';

const VERSION = /^(urn:.+:function:[^:]+:[^:]+):([^:]+)$/;

/** A function by application and name, and its version. */
export function FunctionPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const [text, setText] = useState('');
  const given = textOf(value) ?? '';
  const list = useQuery({
    ...query('listFunctions', { query: { maxitems: String(MOST), func_name: text } }),
    placeholderData: keepPreviousData,
  });
  const [, urn = given, version = 'latest'] = VERSION.exec(given) ?? [];
  const versions = useQuery({
    ...query('listFunctionVersions', { params: { function_urn: urn } }),
    enabled: urn.startsWith('urn:'),
  });
  const options = (list.data?.functions ?? []).map(({ func_name, func_urn, package: application }) => ({
    value: func_urn.replace(/:latest$/, ''),
    label: `${application} / ${func_name}`,
  }));
  const numbers = versions.data?.versions.map((one) => one.version) ?? [version];
  return (
    <div className="function-picker">
      <Select
        id={id}
        showSearch={{ filterOption: false, onSearch: setText }}
        loading={list.isFetching}
        placeholder={t('chooseFunction')}
        value={textOf(urn)}
        options={options}
        labelRender={({ label, value: chosen }) => label ?? String(chosen).split(':').slice(-2).join(' / ')}
        onChange={(chosen) => onChange(`${chosen}:latest`)}
      />
      <Select
        aria-label={t('version')}
        disabled={given === ''}
        loading={versions.isFetching}
        value={version}
        options={[...new Set([...numbers, version])].map((number) => ({ value: number, label: number }))}
        onChange={(chosen) => onChange(`${urn}:${chosen}`)}
      />
    </div>
  );
}
