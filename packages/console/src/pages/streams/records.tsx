import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, InputNumber, Segmented, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { textOfBase64 } from '../../parts/base64.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { recordRange, type Shard, type StreamRecord, shardNumber } from './stream.ts';

const STARTS = ['newest', 'oldest', 'number'] as const;
/** Of an answer; a record of any size comes whole. */
const FETCH_BYTES = 256 * 1024;
const NEWEST = 20;

interface RecordsProps {
  readonly stream: string;
  readonly shards: readonly Shard[];
}

/** Records of one shard, from a place that the person chooses. */
export function Records({ stream, shards }: RecordsProps) {
  const { t } = useTexts('streams');
  const [{ shard: chosen, from, number }, setUrl] = useUrlState({ shard: 0, from: 'newest', number: 0 });
  // cursors of the pages that were read on to
  const [next, setNext] = useState<string>();
  const [{ page, size }, setPage] = useState({ page: 1, size: 20 });
  const shard = shards.find(({ partition_id: id }) => shardNumber(id) === chosen) ?? shards[0];
  const start = STARTS.find((one) => one === from) ?? 'newest';
  const place = { stream, shard: shard?.partition_id ?? '', ...position(start, shard, number) };
  const cursor = useQuery(
    query('showCursor', {
      query: {
        'stream-name': place.stream,
        'partition-id': place.shard,
        'cursor-type': place.type,
        'starting-sequence-number': place.number,
      },
    }),
  );
  const at = next ?? cursor.data?.partition_cursor ?? '';
  const records = useQuery({
    ...query('consumeRecords', { query: { 'partition-cursor': at, max_fetch_bytes: String(FETCH_BYTES) } }),
    enabled: at !== '',
    placeholderData: keepPreviousData,
  });
  const columns = useRecordColumns();
  const rows = records.data?.records ?? [];
  const begin = (change: { shard?: number; from?: string; number?: number }) => {
    setUrl(change);
    setNext(undefined);
    setPage({ page: 1, size });
  };
  const tools = (
    <>
      <Select
        aria-label={t('shard')}
        value={chosen}
        options={shards.map(({ partition_id: id }) => ({
          value: shardNumber(id),
          label: `${t('shard')} ${shardNumber(id)}`,
        }))}
        style={{ width: 120 }}
        onChange={(value) => begin({ shard: value })}
      />
      <Segmented
        aria-label={t('records.from')}
        value={start}
        options={STARTS.map((value) => ({ value, label: t(`records.${value}`) }))}
        onChange={(value) => begin({ from: value })}
      />
      {start === 'number' && (
        <InputNumber
          aria-label={t('records.numberLabel')}
          min={0}
          precision={0}
          value={number}
          onChange={(value) => begin({ number: value ?? 0 })}
        />
      )}
      <Button
        disabled={rows.length === 0}
        onClick={() => {
          setNext(records.data?.next_partition_cursor);
          setPage({ page: 1, size });
        }}
      >
        {t('records.readOn')}
      </Button>
    </>
  );
  return (
    <DataTable
      query={cursor.error === null ? records : cursor}
      rows={rows.slice((page - 1) * size, page * size)}
      rowKey={(record) => record.sequence_number}
      columns={columns}
      tools={tools}
      // keeps the tools above a shard without records
      onClearSearch={undefined}
      empty={
        <>
          <div className="table-tools is-alone">{tools}</div>
          <EmptyState title={t('records.emptyTitle')} text={t('records.emptyText')} />
        </>
      }
      paging={{
        page,
        size,
        total: rows.length,
        onChange: (nextPage, nextSize) => setPage({ page: nextPage, size: nextSize }),
      }}
    />
  );
}

function position(start: (typeof STARTS)[number], shard: Shard | undefined, number: number) {
  if (start === 'oldest' || shard === undefined) return { type: 'TRIM_HORIZON', number: '' };
  const { first, next } = recordRange(shard);
  const from = start === 'number' ? number : Math.max(first, next - NEWEST);
  return { type: 'AT_SEQUENCE_NUMBER', number: String(from) };
}

function useRecordColumns(): TableColumnsType<StreamRecord> {
  const { t } = useTexts('streams');
  return [
    { title: t('records.number'), dataIndex: 'sequence_number', align: 'right', width: 90 },
    { title: t('records.time'), dataIndex: 'timestamp', width: 200, render: (at: number) => <Moment at={at} /> },
    { title: t('records.key'), dataIndex: 'partition_key', width: 180, render: (key: string) => key || '–' },
    {
      title: t('records.data'),
      dataIndex: 'data',
      render: (data: string) => <pre className="stream-data">{textOfBase64(data)}</pre>,
    },
  ];
}
