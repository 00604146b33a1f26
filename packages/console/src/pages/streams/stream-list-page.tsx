import UnorderedListOutlined from '@ant-design/icons/es/icons/UnorderedListOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { sameCall } from '../../parts/same-call.ts';
import { useUrlState } from '../../parts/url-state.ts';
import { CreateStream } from './create-stream.tsx';
import { DeleteStream } from './delete-stream.tsx';
import { SendRecord } from './send-record.tsx';
import type { Stream } from './stream.ts';
import './streams.css';

const CREATE = 'fgs streams create clicks';
const CALL = sameCall('createStream', { body: { stream_name: 'clicks' } });
const ROWS = 100;

type Dialog = { readonly kind: 'create' } | { readonly kind: 'send' | 'delete'; readonly name: string };

export function Page() {
  const { t } = useTexts('streams');
  // the server continues behind a name and counts no pages
  const [{ after }, setUrl] = useUrlState({ after: '' });
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const columns = useColumns(setDialog);
  const list = useQuery({
    ...query('listStreams', { query: { limit: String(ROWS), start_stream_name: after } }),
    placeholderData: keepPreviousData,
  });
  const { stream_info_list: rows = [], has_more_streams: hasMore = false } = list.data ?? {};
  const create = (
    <ActionButton needs="createStream" type="primary" onClick={() => setDialog({ kind: 'create' })}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={create} />
      <DataTable
        query={list}
        rows={rows}
        rowKey={(stream) => stream.stream_id}
        columns={columns}
        onClearSearch={after === '' ? undefined : () => setUrl({ after: '' })}
        empty={
          <EmptyState
            icon={<UnorderedListOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
      />
      {(hasMore || after !== '') && (
        <Space className="stream-pages">
          <Button disabled={after === ''} onClick={() => setUrl({ after: '' })}>
            {t('firstPage')}
          </Button>
          <Button disabled={!hasMore} onClick={() => setUrl({ after: rows.at(-1)?.stream_name ?? '' }, { push: true })}>
            {t('nextPage')}
          </Button>
        </Space>
      )}
      {dialog?.kind === 'create' && <CreateStream onClose={close} />}
      {dialog?.kind === 'send' && <SendRecord stream={dialog.name} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteStream stream={dialog.name} onClose={close} />}
    </>
  );
}

function useColumns(onAction: (dialog: Dialog) => void): TableColumnsType<Stream> {
  const { t } = useTexts('streams');
  return [
    {
      title: t('name'),
      dataIndex: 'stream_name',
      fixed: 'left',
      render: (stream: string) => (
        <Link to="/streams/$stream" params={{ stream }}>
          {stream}
        </Link>
      ),
    },
    { title: t('shards'), dataIndex: 'partition_count', align: 'right' },
    {
      title: t('retention'),
      dataIndex: 'retention_period',
      align: 'right',
      render: (count: number) => t('hours', { count }),
    },
    { title: t('dataType'), dataIndex: 'data_type' },
    { title: t('created'), dataIndex: 'create_time', render: (at: number) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, { stream_name: name }) => (
        <Space size={16}>
          <RowAction needs="sendRecords" text={t('send.action')} onClick={() => onAction({ kind: 'send', name })} />
          <RowAction
            needs="deleteStream"
            text={t('remove.action')}
            onClick={() => onAction({ kind: 'delete', name })}
          />
        </Space>
      ),
    },
  ];
}
