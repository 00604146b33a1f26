import { Button } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { MissingServers } from '../../../parts/missing-servers.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import type { SpanState } from '../../../parts/time-span/index.ts';
import { useUrlState } from '../../../parts/url-state.ts';
import type { ShownFunction } from '../shown-function.ts';
import { useRequestColumns } from './request-columns.tsx';
import { FilterFields, filterOf } from './request-filter.tsx';
import { useRequests } from './use-requests.ts';

const NO_FILTER = { id: '', result: '', cause: '', cold: '' };

/** The requests of the range, newest first. */
export function Requests({ fn, span, onOpen }: { fn: ShownFunction; span: SpanState; onOpen: (id: string) => void }) {
  const { t } = useTexts('monitoring');
  const [url, setUrl] = useUrlState(NO_FILTER);
  const filter = filterOf(url);
  const { list, rows, missing, hasMore, more } = useRequests(fn, span, filter);
  const columns = useRequestColumns(onOpen);
  const isFiltered = Object.values(filter).some((value) => value !== undefined && value !== '');
  const refresh = () => {
    span.renew();
    void list.refetch();
  };
  return (
    <>
      <MissingServers names={missing} />
      <DataTable
        query={{ ...list, refetch: refresh }}
        rows={rows}
        rowKey={(row) => `${row.request_id} ${row.attempt} ${row.started_at}`}
        columns={columns}
        tools={
          <>
            <SearchField label={t('filters.id')} value={url.id} onSearch={(id) => setUrl({ id })} />
            <FilterFields filter={filter} onChange={setUrl} />
          </>
        }
        onClearSearch={isFiltered ? () => setUrl(NO_FILTER) : undefined}
        empty={
          <EmptyState
            title={t('requests.none')}
            text={t('requests.noneText')}
            command={`fgs functions invoke ${fn.name}`}
            action={<Button onClick={refresh}>{t('requests.again')}</Button>}
          />
        }
      />
      {hasMore && (
        <Button block className="monitoring-more" onClick={more} loading={list.isFetching}>
          {t('requests.more')}
        </Button>
      )}
    </>
  );
}
