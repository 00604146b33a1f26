import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';

/** A topic of the project, as its URN. */
export function TopicPicker({ id = '', value, onChange = () => {} }: PickerProps) {
  const { t } = useTexts('pickers');
  const [name, setName] = useState('');
  const { data, isFetching } = useQuery({
    ...query('listTopics', { query: { limit: String(MOST), fuzzy_name: name } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setName }}
      loading={isFetching}
      placeholder={t('choose')}
      notFoundContent={t('noTopic')}
      value={textOf(value)}
      options={(data?.topics ?? []).map((topic) => ({ value: topic.topic_urn, label: topic.name }))}
      labelRender={({ label, value: urn }) => label ?? String(urn).split(':').at(-1)}
      onChange={onChange}
    />
  );
}
