import { useQuery } from '@tanstack/react-query';
import { AutoComplete } from 'antd';
import { query, useMissingRight } from '../../api/index.ts';
import { type PickerProps, textOf } from './picker.ts';

/** A bucket of the project by name. Who may not list them enters the name. */
export function BucketPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const isDenied = useMissingRight('listProjectBuckets') !== undefined;
  const { data } = useQuery({ ...query('listProjectBuckets'), enabled: !isDenied });
  return (
    <AutoComplete
      id={id}
      showSearch={{ filterOption: (typed, option) => option?.value.includes(typed) === true }}
      value={textOf(value)}
      options={(data?.buckets ?? []).map(({ name }) => ({ value: name }))}
      onChange={onChange}
    />
  );
}
