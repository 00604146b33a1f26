import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useState } from 'react';
import { query, useMissingRight } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { useNotices } from '../notices.tsx';
import { MOST, type PickerProps, textOf } from '../pickers/picker.ts';

/** The log of a function of the project: where it is. */
export function LogPicker({ id = '', onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const notices = useNotices();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [urn, setUrn] = useState<string | null>(null);
  const { data, isFetching } = useQuery({
    ...query('listFunctions', { query: { maxitems: String(MOST), func_name: name } }),
    placeholderData: keepPreviousData,
  });
  const choose = async (function_urn: string) => {
    try {
      const { group_id, stream_id } = await queries.ensureQueryData(
        query('showLtsLogDetails', { params: { function_urn } }),
      );
      setUrn(function_urn);
      onChange({ group_id, stream_id });
    } catch (error) {
      notices.failure(() => t('noLog'), error as Error);
    }
  };
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setName }}
      loading={isFetching}
      placeholder={t('choose')}
      value={urn}
      options={(data?.functions ?? []).map((fn) => ({ value: fn.func_urn, label: `${fn.package} / ${fn.func_name}` }))}
      onChange={(chosen) => void choose(chosen)}
    />
  );
}

/** The group of APIs that all projects have. */
const DEFAULT_GROUP = 'DEFAULT';
const RELEASE = 'RELEASE';

/** A group of APIs of the gateway. */
export function GroupPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const isDenied = useMissingRight('listGatewayGroups') !== undefined;
  const { data, isLoading } = useQuery({ ...query('listGatewayGroups'), enabled: !isDenied });
  const groups = (data?.groups ?? []).map((group) => ({ value: group.id, label: group.name }));
  return (
    <Select
      id={id}
      loading={isLoading}
      value={textOf(value)}
      options={[{ value: DEFAULT_GROUP, label: DEFAULT_GROUP }, ...groups]}
      onChange={onChange}
    />
  );
}

/** A stage of the group that is chosen in the same form. */
export function StagePicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const group: unknown = Form.useWatch('group_id');
  const group_id = textOf(group) ?? DEFAULT_GROUP;
  const isDenied = useMissingRight('listGatewayStages') !== undefined;
  const { data, isLoading } = useQuery({
    ...query('listGatewayStages', { params: { group_id } }),
    enabled: !isDenied && group_id !== DEFAULT_GROUP,
  });
  const names = new Set([RELEASE, ...(data?.stages ?? []).map(({ name }) => name)]);
  return (
    <Select
      id={id}
      loading={isLoading}
      value={textOf(value)}
      options={[...names].map((name) => ({ value: name, label: name }))}
      onChange={onChange}
    />
  );
}
