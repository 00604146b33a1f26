import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { StartFlow } from '../../parts/start-flow.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { CreateFlow } from './create-flow.tsx';
import { DeleteFlow } from './delete-flow.tsx';
import { type FlowRow, useFlowColumns } from './flow-columns.tsx';
import './flows.css';

const CREATE = 'fgs flows init fan --template parallel';

export function Page() {
  const { t } = useTexts('flows');
  const [{ q, page, size }, setUrl] = useUrlState({ q: '', page: 1, size: 20 });
  const [started, setStarted] = useState<FlowRow>();
  const [doomed, setDoomed] = useState<FlowRow>();
  const columns = useFlowColumns({ onStart: setStarted, onDelete: setDoomed });
  const list = useQuery({
    ...query('listWorkflow', {
      query: { workflow_name: q, offset: String((page - 1) * size), limit: String(size) },
    }),
    placeholderData: keepPreviousData,
  });

  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={<CreateFlow />} />
      <DataTable
        query={list}
        rows={list.data?.workflows ?? []}
        rowKey={(row) => row.id}
        columns={columns}
        tools={<SearchField label={t('search')} value={q} onSearch={(text) => setUrl({ q: text, page: 1 })} />}
        onClearSearch={q === '' ? undefined : () => setUrl({ q: '', page: 1 })}
        empty={
          <EmptyState
            icon={<NodeIndexOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={<CreateFlow />}
            command={CREATE}
          />
        }
        paging={{
          page,
          size,
          total: list.data?.total ?? 0,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
      {started && <StartFlow flow={started} onClose={() => setStarted(undefined)} />}
      {doomed && <DeleteFlow name={doomed.name} urn={doomed.workflow_urn} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
