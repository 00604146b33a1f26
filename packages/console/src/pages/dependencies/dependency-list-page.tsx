import ContainerOutlined from '@ant-design/icons/es/icons/ContainerOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import './dependencies.css';
import { useDependencyColumns } from './dependency-columns.tsx';
import { StoreDependency } from './store-dependency.tsx';

const CREATE = 'fgs dependencies create drawing --runtime Node.js20.15 --folder ./layer';
const TYPES = ['all', 'private', 'public'] as const;

export function Page() {
  const { t } = useTexts('dependencies');
  const [{ q, type, page, size }, setUrl] = useUrlState({ q: '', type: 'all', page: 1, size: 20 });
  const [isCreating, setCreating] = useState(false);
  const columns = useDependencyColumns();
  const shown = TYPES.find((each) => each === type) ?? 'all';
  const list = useQuery({
    ...query('listDependencies', {
      query: { marker: String((page - 1) * size), maxitems: String(size), name: q, dependency_type: shown },
    }),
    placeholderData: keepPreviousData,
  });
  const create = (
    <ActionButton needs="createDependency" type="primary" onClick={() => setCreating(true)}>
      {t('create.action')}
    </ActionButton>
  );
  const tools = (
    <>
      <SearchField label={t('search')} value={q} onSearch={(text) => setUrl({ q: text, page: 1 })} />
      <Segmented
        aria-label={t('filter.label')}
        value={shown}
        options={TYPES.map((value) => ({ value, label: t(`filter.${value}`) }))}
        onChange={(value) => setUrl({ type: value, page: 1 })}
      />
    </>
  );

  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={create} />
      <DataTable
        query={list}
        rows={list.data?.dependencies ?? []}
        rowKey={(row) => row.id}
        columns={columns}
        tools={tools}
        onClearSearch={q === '' && shown === 'all' ? undefined : () => setUrl({ q: '', type: 'all', page: 1 })}
        empty={
          <EmptyState
            icon={<ContainerOutlined />}
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
      {isCreating && <StoreDependency onClose={() => setCreating(false)} />}
    </>
  );
}
