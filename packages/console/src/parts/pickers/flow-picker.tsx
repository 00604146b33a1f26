import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';

/** A flow of the project, as its URN. */
export function FlowPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const [name, setName] = useState('');
  const { data, isFetching } = useQuery({
    ...query('listWorkflow', { query: { limit: String(MOST), workflow_name: name } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setName }}
      loading={isFetching}
      placeholder={t('chooseFlow')}
      value={textOf(value)}
      options={(data?.workflows ?? []).map((flow) => ({ value: flow.workflow_urn, label: flow.name }))}
      // the chosen one may not be among the results of the search
      labelRender={({ label, value: urn }) => label ?? String(urn).split(':').at(-2)}
      onChange={onChange}
    />
  );
}
