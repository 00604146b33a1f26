import NotificationOutlined from '@ant-design/icons/es/icons/NotificationOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { sameCall } from '../../parts/same-call.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { CreateTopic } from './create-topic.tsx';
import { DeleteTopic } from './delete-topic.tsx';
import { PublishMessage } from './publish-message.tsx';
import type { Topic } from './topic.ts';

const CREATE = 'fgs topics create orders';
const CALL = sameCall('createTopic', { body: { name: 'orders' } });

export function Page() {
  const { t } = useTexts('topics');
  const [{ q, page, size }, setUrl] = useUrlState({ q: '', page: 1, size: 20 });
  const [open, setOpen] = useState<{ readonly dialog: 'create' } | { dialog: 'publish' | 'delete'; topic: Topic }>();
  const close = () => setOpen(undefined);
  const list = useQuery({
    ...query('listTopics', { query: { offset: String((page - 1) * size), limit: String(size), fuzzy_name: q } }),
    placeholderData: keepPreviousData,
  });
  const create = (
    <ActionButton needs="createTopic" type="primary" onClick={() => setOpen({ dialog: 'create' })}>
      {t('create.action')}
    </ActionButton>
  );
  const columns = useColumns((dialog, topic) => setOpen({ dialog, topic }));

  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={create} />
      <DataTable
        query={list}
        rows={list.data?.topics ?? []}
        rowKey={(topic) => topic.topic_id}
        columns={columns}
        tools={<SearchField label={t('search')} value={q} onSearch={(text) => setUrl({ q: text, page: 1 })} />}
        onClearSearch={q === '' ? undefined : () => setUrl({ q: '', page: 1 })}
        empty={
          <EmptyState
            icon={<NotificationOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
        paging={{
          page,
          size,
          total: list.data?.topic_count ?? 0,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
      {open?.dialog === 'create' && <CreateTopic onClose={close} />}
      {open?.dialog === 'publish' && <PublishMessage topic={open.topic} onClose={close} />}
      {open?.dialog === 'delete' && <DeleteTopic topic={open.topic} onClose={close} />}
    </>
  );
}

function useColumns(onAction: (dialog: 'publish' | 'delete', topic: Topic) => void): TableColumnsType<Topic> {
  const { t } = useTexts('topics');
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (topic: string) => (
        <Link to="/topics/$topic" params={{ topic }}>
          {topic}
        </Link>
      ),
    },
    {
      title: t('columns.displayName'),
      dataIndex: 'display_name',
      render: (text: string) => <span className="cut-text">{text || '–'}</span>,
    },
    {
      title: 'URN',
      dataIndex: 'topic_urn',
      render: (urn: string) => (
        <>
          <code className="cut-text">{urn}</code>
          <CopyButton text={urn} label={t('copyUrn')} />
        </>
      ),
    },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, topic) => (
        <Space size={16}>
          <RowAction needs="publishMessage" text={t('publish.action')} onClick={() => onAction('publish', topic)} />
          <RowAction needs="deleteTopic" text={t('remove.action')} onClick={() => onAction('delete', topic)} />
        </Space>
      ),
    },
  ];
}
