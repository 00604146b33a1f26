import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';

/** A function by application and name, as its URN without a version. */
export function FunctionSelect({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const [name, setName] = useState('');
  const { data, isFetching } = useQuery({
    ...query('listFunctions', { query: { maxitems: String(MOST), func_name: name } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setName }}
      loading={isFetching}
      placeholder={t('chooseFunction')}
      value={textOf(value)}
      options={(data?.functions ?? []).map(({ func_name, func_urn, package: application }) => ({
        value: func_urn.replace(/:latest$/, ''),
        label: `${application} / ${func_name}`,
      }))}
      // the chosen one may not be among the results of the search
      labelRender={({ label, value: urn }) => label ?? String(urn).split(':').slice(-2).join(' / ')}
      onChange={onChange}
    />
  );
}
