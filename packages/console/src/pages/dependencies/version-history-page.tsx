import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Alert } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { DeleteVersion } from './delete-version.tsx';
import './dependencies.css';
import { type Dependency, isPublic } from './dependency-columns.tsx';
import { StoreDependency } from './store-dependency.tsx';
import { useVersionColumns } from './version-columns.tsx';
import { VersionDetails } from './version-details.tsx';

export function Page() {
  const { t } = useTexts('dependencies');
  const { dependency = '' } = useParams({ strict: false });
  const [{ page, size }, setUrl] = useUrlState({ page: 1, size: 20 });
  const [isCreating, setCreating] = useState(false);
  const [shown, setShown] = useState<Dependency>();
  const [doomed, setDoomed] = useState<Dependency>();
  const columns = useVersionColumns({ onShow: setShown, onDelete: setDoomed });
  const list = useQuery({
    ...query('listDependencyVersion', {
      params: { depend_id: dependency },
      query: { marker: String((page - 1) * size), maxitems: String(size) },
    }),
    placeholderData: keepPreviousData,
  });
  const { dependencies: rows = [], count = 0 } = list.data ?? {};
  const [first] = rows;
  const isOurs = first !== undefined && !isPublic(first);

  return (
    <>
      <Link className="dependency-back" to="/dependencies">
        {`← ${t('history.back')}`}
      </Link>
      <PageHeader
        title={first === undefined ? t('title') : t('history.title', { name: first.name })}
        {...(first === undefined ? {} : { intro: first.runtime })}
        actions={
          isOurs && (
            <ActionButton needs="createDependencyVersion" type="primary" onClick={() => setCreating(true)}>
              {t('history.create')}
            </ActionButton>
          )
        }
      />
      {first !== undefined && !isOurs && <Alert className="dependency-note" title={t('history.publicNote')} />}
      <DataTable
        query={list}
        rows={rows}
        rowKey={(row) => row.id}
        columns={columns}
        empty={<EmptyState title={t('history.empty.title')} text={t('history.empty.text')} />}
        paging={{
          page,
          size,
          total: count,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
      {isCreating && first && <StoreDependency of={first} onClose={() => setCreating(false)} />}
      {shown && <VersionDetails version={shown} onClose={() => setShown(undefined)} />}
      {doomed && <DeleteVersion version={doomed} isLast={count === 1} onClose={() => setDoomed(undefined)} />}
    </>
  );
}
