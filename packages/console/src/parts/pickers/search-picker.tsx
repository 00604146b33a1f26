import { keepPreviousData, type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { type ApiError, query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST, type PickerProps, textOf } from './picker.ts';

interface SearchPickerProps<Answer> extends PickerProps {
  readonly placeholder: string;
  readonly find: (name: string) => UseQueryOptions<Answer, ApiError, Answer, QueryKey>;
  readonly optionsIn: (answer: Answer) => { readonly value: string; readonly label: string }[];
  /** Of the chosen one, which may not be among the results of the search. */
  readonly labelOf: (urn: string) => string | undefined;
}

/** One of many by name, as its URN. Typing searches on the server. */
function SearchPicker<Answer>(props: SearchPickerProps<Answer>) {
  const { id = '', value, onChange = () => {}, placeholder, find, optionsIn, labelOf } = props;
  const { t } = useTexts('pickers');
  const [name, setName] = useState('');
  const { data, isFetching } = useQuery({ ...find(name), placeholderData: keepPreviousData });
  return (
    <Select
      id={id}
      showSearch={{ filterOption: false, onSearch: setName }}
      loading={isFetching}
      placeholder={placeholder}
      notFoundContent={t(name === '' ? 'none' : 'noMatch')}
      value={textOf(value)}
      options={data === undefined ? [] : optionsIn(data)}
      labelRender={({ label, value: urn }) => label ?? labelOf(String(urn))}
      onChange={onChange}
    />
  );
}

const limit = String(MOST);

/** A flow of the project. */
export function FlowPicker(props: PickerProps) {
  const { t } = useTexts('pickers');
  return (
    <SearchPicker
      {...props}
      placeholder={t('chooseFlow')}
      find={(workflow_name) => query('listWorkflow', { query: { limit, workflow_name } })}
      optionsIn={({ workflows }) => workflows.map((flow) => ({ value: flow.workflow_urn, label: flow.name }))}
      labelOf={(urn) => urn.split(':').at(-2)}
    />
  );
}

/** A function by application and name, as its URN without a version. */
export function FunctionSelect(props: PickerProps) {
  const { t } = useTexts('pickers');
  return (
    <SearchPicker
      {...props}
      placeholder={t('chooseFunction')}
      find={(func_name) => query('listFunctions', { query: { maxitems: limit, func_name } })}
      optionsIn={({ functions }) =>
        functions.map(({ func_name, func_urn, package: application }) => ({
          value: func_urn.replace(/:latest$/, ''),
          label: `${application} / ${func_name}`,
        }))
      }
      labelOf={(urn) => urn.split(':').slice(-2).join(' / ')}
    />
  );
}

/** A topic of the project. */
export function TopicPicker(props: PickerProps) {
  const { t } = useTexts('pickers');
  return (
    <SearchPicker
      {...props}
      placeholder={t('chooseTopic')}
      find={(fuzzy_name) => query('listTopics', { query: { limit, fuzzy_name } })}
      optionsIn={({ topics }) => topics.map((topic) => ({ value: topic.topic_urn, label: topic.name }))}
      labelOf={(urn) => urn.split(':').at(-1)}
    />
  );
}
