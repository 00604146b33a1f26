import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { DeleteStream } from './delete-stream.tsx';
import { Records } from './records.tsx';
import { SendRecord } from './send-record.tsx';
import { recordRange, type Shard, shardNumber } from './stream.ts';
import './streams.css';

export function Page() {
  const { t } = useTexts('streams');
  const { stream = '' } = useParams({ strict: false });
  const [dialog, setDialog] = useState<'send' | 'delete'>();
  const details = useQuery(query('showStream', { params: { stream_name: stream } }));
  const columns = useShardColumns();
  const back = (
    <Link className="back-link" to="/streams">
      {`← ${t('back')}`}
    </Link>
  );
  const { data, error, refetch } = details;
  if (error !== null && data === undefined) {
    return (
      <>
        {back}
        <ErrorView error={error} onRetry={() => refetch()} />
      </>
    );
  }
  const shards = data?.partitions ?? [];
  const actions = (
    <>
      <ActionButton needs="sendRecords" type="primary" onClick={() => setDialog('send')}>
        {t('send.action')}
      </ActionButton>
      <ActionButton needs="deleteStream" onClick={() => setDialog('delete')}>
        {t('remove.action')}
      </ActionButton>
    </>
  );
  return (
    <>
      {back}
      <PageHeader title={stream} intro={t('stream')} actions={actions} />
      <div className="surface padded">
        <Facts
          facts={[
            { name: 'ID', value: <code>{data?.stream_id}</code>, copy: data?.stream_id ?? '' },
            { name: t('retention'), value: data && t('hours', { count: data.retention_period }) },
            { name: t('dataType'), value: data?.data_type },
            { name: t('created'), value: data && <Moment at={data.create_time} /> },
          ]}
        />
      </div>
      <div className="section-title">
        <h2>{t('records.title')}</h2>
      </div>
      {shards.length > 0 && <Records stream={stream} shards={shards} />}
      <div className="section-title">
        <h2>{t('shards')}</h2>
      </div>
      <DataTable query={details} rows={shards} rowKey={(shard) => shard.partition_id} columns={columns} empty={null} />
      {dialog === 'send' && <SendRecord stream={stream} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteStream stream={stream} onClose={() => setDialog(undefined)} />}
    </>
  );
}

function useShardColumns(): TableColumnsType<Shard> {
  const { t } = useTexts('streams');
  const numbers = useNumbers();
  return [
    { title: t('shard'), dataIndex: 'partition_id', render: shardNumber },
    {
      title: t('shardColumns.records'),
      key: 'count',
      align: 'right',
      render: (_, shard) => {
        const { first, next } = recordRange(shard);
        return numbers.whole(next - first);
      },
    },
    { title: t('shardColumns.range'), dataIndex: 'sequence_number_range' },
    { title: t('shardColumns.hashes'), dataIndex: 'hash_range' },
  ];
}
