import FileSearchOutlined from '@ant-design/icons/es/icons/FileSearchOutlined';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useMemo } from 'react';
import { pages } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { RANGES, RangePicker, rangeOf } from '../../parts/range-picker.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { useAccessColumns } from './access-columns.tsx';

const START = 'fgs start --gateway-access-log 1GB';
const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
const MINUTE_MS = 60_000;
const PAGE = '100';

/** Requests to the groups, functions and flows of the project, the last answers first. */
export function AccessLog() {
  const { t } = useTexts('gateway');
  const [{ q, status, range }, setUrl] = useUrlState({ q: '', status: '', range: '1h' });
  const reach = rangeOf(range);
  // of the moment when the filter was chosen, so that all pages are of one range
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the filter is a new search
  const from = useMemo(() => new Date(Date.now() - RANGES[reach] * MINUTE_MS).toISOString(), [q, status, reach]);
  const log = useInfiniteQuery(pages('queryGatewayAccessLog', { query: { from, keyword: q, status, limit: PAGE } }));
  const columns = useAccessColumns();
  const read = log.data?.pages ?? [];
  const isOff = read[0]?.enabled === false;
  const isFiltered = q !== '' || status !== '';
  const filters = (
    <>
      <SearchField label={t('access.search')} value={q} onSearch={(text) => setUrl({ q: text })} />
      <Select
        aria-label={t('access.status')}
        value={CLASSES.find((one) => one === status) ?? ''}
        options={[{ value: '', label: t('access.anyStatus') }, ...CLASSES.map((one) => ({ value: one, label: one }))]}
        onChange={(next: string) => setUrl({ status: next })}
        style={{ width: 130 }}
      />
      <RangePicker value={reach} onChange={(next) => setUrl({ range: next })} />
    </>
  );
  return (
    <>
      <DataTable
        query={log}
        rows={read.flatMap(({ lines }) => lines)}
        rowKey={({ request_id, time }) => `${request_id} ${time}`}
        columns={columns}
        tools={isOff ? false : filters}
        onClearSearch={isFiltered ? () => setUrl({ q: '', status: '' }) : undefined}
        empty={
          <EmptyState
            icon={<FileSearchOutlined />}
            title={t(isOff ? 'access.offTitle' : 'access.emptyTitle')}
            text={t(isOff ? 'access.offText' : 'access.emptyText')}
            {...(isOff ? { command: START } : {})}
          />
        }
      />
      {log.hasNextPage && (
        <Button block type="text" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          {t('access.more')}
        </Button>
      )}
    </>
  );
}
