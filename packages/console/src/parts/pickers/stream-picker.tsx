import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';

/** A stream of the project by name. */
export function StreamPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const { data, isFetching } = useQuery(query('listStreams', { query: { limit: String(MOST) } }));
  return (
    <Select
      id={id}
      showSearch
      loading={isFetching}
      placeholder={t('choose')}
      notFoundContent={t('noStream')}
      value={textOf(value)}
      options={(data?.stream_names ?? []).map((name) => ({ value: name, label: name }))}
      onChange={onChange}
    />
  );
}
