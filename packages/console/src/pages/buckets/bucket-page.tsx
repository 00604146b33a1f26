import FileOutlined from '@ant-design/icons/es/icons/FileOutlined';
import FolderOutlined from '@ant-design/icons/es/icons/FolderOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button, Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { useChange } from '../../parts/use-change.ts';
import { type Entry, entriesOf, foldersAbove } from './bucket.ts';
import './buckets.css';
import { UploadObjects } from './upload-objects.tsx';

/** Lets the browser save an object from the port of buckets, by an address that works for minutes. */
function useDownload(bucket: string): (key: string) => Promise<void> {
  const { t } = useTexts('buckets');
  const { send } = useChange('presignBucketObject');
  return async (key) => {
    const made = await send({ params: { bucket }, body: { key } }, { failed: () => t('download.failed') });
    if (made === undefined) return;
    const link = document.createElement('a');
    link.href = made.answer.url;
    link.rel = 'noreferrer';
    link.click();
  };
}

const ROWS = 100;
const NOTHING = { folders: [], objects: [] };

/** The objects of a bucket, folder by folder. */
export function Page() {
  const { t } = useTexts('buckets');
  const { bucket = '' } = useParams({ strict: false });
  const [{ prefix, after }, setUrl] = useUrlState({ prefix: '', after: '' });
  const [isUploading, setUploading] = useState(false);
  const [doomed, setDoomed] = useState<string>();
  const download = useDownload(bucket);
  const list = useQuery({
    ...query('listBucketObjects', { params: { bucket }, query: { prefix, after, limit: String(ROWS) } }),
    placeholderData: keepPreviousData,
  });
  const { next } = list.data ?? {};
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const open = (to: string) => setUrl({ prefix: to, after: '' }, { push: true });
  const columns = useColumns(folder, { onOpen: open, onDownload: download, onDelete: setDoomed });
  const upload = (
    <ActionButton needs="putBucketObject" type="primary" onClick={() => setUploading(true)}>
      {t('upload.action')}
    </ActionButton>
  );
  return (
    <>
      <Link className="back-link" to="/buckets">
        {`← ${t('back')}`}
      </Link>
      <PageHeader title={bucket} intro={t('bucket')} actions={upload} />
      <nav className="bucket-path" aria-label={t('path')}>
        <Button type="link" size="small" onClick={() => open('')}>
          {bucket}
        </Button>
        {foldersAbove(folder).map((one) => (
          <span key={one.prefix}>
            /
            <Button type="link" size="small" onClick={() => open(one.prefix)}>
              {one.name || '""'}
            </Button>
          </span>
        ))}
      </nav>
      <DataTable
        query={list}
        rows={entriesOf(list.data ?? NOTHING)}
        rowKey={(entry) => `${entry.isFolder}${entry.key}`}
        columns={columns}
        tools={<SearchField label={t('searchPrefix')} value={prefix} onSearch={open} />}
        onClearSearch={prefix === '' && after === '' ? undefined : () => open('')}
        empty={
          <EmptyState
            title={t('emptyBucket.title')}
            text={t('emptyBucket.text')}
            action={upload}
            command={`fgs buckets put ${bucket} hello.txt --file hello.txt`}
          />
        }
      />
      {(next !== undefined || after !== '') && (
        <Space className="bucket-pages">
          <Button disabled={after === ''} onClick={() => setUrl({ after: '' })}>
            {t('firstPage')}
          </Button>
          <Button disabled={next === undefined} onClick={() => setUrl({ after: next ?? '' }, { push: true })}>
            {t('nextPage')}
          </Button>
        </Space>
      )}
      {isUploading && <UploadObjects bucket={bucket} folder={folder} onClose={() => setUploading(false)} />}
      {doomed !== undefined && (
        <DeleteDialog
          route="deleteBucketObject"
          input={{ params: { bucket }, query: { key: doomed } }}
          title={t('removeObject.title')}
          consequence={t('removeObject.consequence', { key: doomed })}
          done={() => t('removeObject.done')}
          failed={() => t('removeObject.failed')}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}

interface RowActions {
  readonly onOpen: (prefix: string) => void;
  readonly onDownload: (key: string) => void;
  readonly onDelete: (key: string) => void;
}

function useColumns(folder: string, { onOpen, onDownload, onDelete }: RowActions): TableColumnsType<Entry> {
  const { t } = useTexts('buckets');
  const numbers = useNumbers();
  return [
    {
      title: t('key'),
      dataIndex: 'key',
      render: (key: string, { isFolder }) =>
        isFolder ? (
          <Button
            type="link"
            size="small"
            className="bucket-folder"
            icon={<FolderOutlined />}
            onClick={() => onOpen(key)}
          >
            {key.slice(folder.length)}
          </Button>
        ) : (
          <span className="bucket-object">
            <FileOutlined />
            {key.slice(folder.length)}
          </span>
        ),
    },
    {
      title: t('size'),
      dataIndex: 'size',
      align: 'right',
      render: (size?: number) => (size === undefined ? '–' : numbers.bytes(size)),
    },
    { title: t('modified'), dataIndex: 'modified', render: (at?: string) => (at ? <Moment at={at} /> : '–') },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, { key, isFolder }) =>
        isFolder ? (
          '–'
        ) : (
          <Space size={16}>
            <RowAction needs="presignBucketObject" text={t('download.action')} onClick={() => onDownload(key)} />
            <RowAction needs="deleteBucketObject" text={t('remove.action')} onClick={() => onDelete(key)} />
          </Space>
        ),
    },
  ];
}
