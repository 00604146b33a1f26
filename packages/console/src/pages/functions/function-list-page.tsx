import FunctionOutlined from '@ant-design/icons/es/icons/FunctionOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable, type Sorting } from '../../parts/data-table.tsx';
import { DeleteFunction } from '../../parts/delete-function.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { type SortKey, useFunctionColumns } from './function-columns.tsx';
import { FunctionSearch, SEARCHED, searchedIn } from './function-search.tsx';

const CREATE = 'fgs functions deploy ./hello --runtime Node.js --handler index.handler';

/** Of an address: `timeout` goes up, `-timeout` down. */
function sortingOf(text: string): Sorting | undefined {
  if (text === '') return undefined;
  return text.startsWith('-') ? { by: text.slice(1), order: 'descend' } : { by: text, order: 'ascend' };
}

export function Page() {
  const { t } = useTexts('functions');
  const [{ q, by: field, sort, page, size }, setUrl] = useUrlState({ q: '', by: 'name', sort: '', page: 1, size: 20 });
  const by = searchedIn(field);
  const sorting = sortingOf(sort);
  const [doomed, setDoomed] = useState<{ name: string; urn: string }>();
  const navigate = useNavigate();
  const columns = useFunctionColumns({ sorting, onDelete: setDoomed });
  const list = useQuery({
    ...query('listFunctions', {
      query: {
        marker: String((page - 1) * size),
        maxitems: String(size),
        [SEARCHED[by]]: q,
        ...(sorting && { sort_by: sorting.by as SortKey, order: sorting.order === 'ascend' ? 'asc' : 'desc' }),
      },
    }),
    placeholderData: keepPreviousData,
  });

  const create = (
    <ActionButton needs="createFunction" type="primary" onClick={() => void navigate({ to: '/create-function' })}>
      {t('create')}
    </ActionButton>
  );
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={create} />
      <DataTable
        query={list}
        rows={list.data?.functions ?? []}
        rowKey={(row) => row.func_urn}
        columns={columns}
        tools={<FunctionSearch by={by} text={q} onSearch={(search) => setUrl({ ...search, page: 1 })} />}
        onSort={(next) => setUrl({ sort: next ? `${next.order === 'ascend' ? '' : '-'}${next.by}` : '', page: 1 })}
        onClearSearch={q === '' ? undefined : () => setUrl({ q: '', page: 1 })}
        empty={
          <EmptyState
            icon={<FunctionOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
          />
        }
        paging={{
          page,
          size,
          total: list.data?.count ?? 0,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
      {doomed && <DeleteFunction {...doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
