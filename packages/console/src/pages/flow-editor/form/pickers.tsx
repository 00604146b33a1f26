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
