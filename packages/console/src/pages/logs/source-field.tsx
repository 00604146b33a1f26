import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { MOST_SOURCES, type Source, sourceOf, sourceText } from './source.ts';

const MOST = '20';

interface SourceFieldProps {
  readonly value: readonly Source[];
  readonly onChange: (sources: readonly Source[]) => void;
}

/** Functions and express flows of the project, found by name. */
export function SourceField({ value, onChange }: SourceFieldProps) {
  const { t } = useTexts('logs');
  const [search, setSearch] = useState('');
  const functions = useQuery(query('listFunctions', { query: { func_name: search, maxitems: MOST } }));
  const flows = useQuery(query('listWorkflow', { query: { workflow_name: search, limit: MOST } }));
  const found: readonly Source[] = [
    ...(functions.data?.functions ?? []).map(({ func_urn, func_name }) => ({
      kind: 'function' as const,
      id: func_urn.replace(/:latest$/, ''),
      name: func_name,
    })),
    // other flows keep their log with each run
    ...(flows.data?.workflows ?? [])
      .filter(({ mode }) => mode === 'EXPRESS')
      .map(({ id, name }) => ({ kind: 'flow' as const, id, name })),
  ];
  const missing = value.filter(({ id }) => found.every((one) => one.id !== id));
  return (
    <Select<string[]>
      mode="multiple"
      className="log-sources"
      aria-label={t('sources')}
      placeholder={t('sources')}
      maxCount={MOST_SOURCES}
      loading={functions.isFetching || flows.isFetching}
      showSearch={{ filterOption: false, onSearch: setSearch }}
      value={value.map(sourceText)}
      options={[...missing, ...found].map((source) => ({
        value: sourceText(source),
        label: `${source.name} · ${t(`kinds.${source.kind}`)}`,
      }))}
      onChange={(texts) => onChange(texts.map(sourceOf).filter((source) => source !== undefined))}
    />
  );
}
