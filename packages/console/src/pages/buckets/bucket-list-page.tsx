import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Form, Input, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ResourceList } from '../../parts/resource-list.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { sameCall } from '../../parts/same-call.ts';
import { useChange } from '../../parts/use-change.ts';
import type { Bucket } from './bucket.ts';

const CREATE = 'fgs buckets create photos';
const CALL = sameCall('createProjectBucket', { body: { name: 'photos' } });
const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function Page() {
  const { t } = useTexts('buckets');
  const [isCreating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<string>();
  const list = useQuery(query('listProjectBuckets'));
  const columns = useColumns(setDoomed);
  const create = (
    <ActionButton needs="createProjectBucket" type="primary" onClick={() => setCreating(true)}>
      {t('create.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={create}
        query={list}
        rows={list.data?.buckets ?? []}
        rowKey={(bucket) => bucket.name}
        columns={columns}
        search={t('search')}
        textOf={(bucket) => bucket.name}
        empty={
          <EmptyState
            icon={<DatabaseOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
      />
      {isCreating && <CreateBucket onClose={() => setCreating(false)} />}
      {doomed !== undefined && (
        <DeleteDialog
          route="deleteProjectBucket"
          input={{ params: { bucket: doomed } }}
          title={t('remove.title', { name: doomed })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: doomed })}
          failed={() => t('remove.failed', { name: doomed })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}

function CreateBucket({ onClose }: { onClose: () => void }) {
  const { t } = useTexts('buckets');
  const navigate = useNavigate();
  const { send, isBusy } = useChange('createProjectBucket');
  const submit = async ({ name }: { name: string }) => {
    const texts = { done: () => t('create.done', { name }), failed: () => t('create.failed', { name }) };
    if (await send({ body: { name } }, texts)) await navigate({ to: '/buckets/$bucket', params: { bucket: name } });
  };
  return (
    <FormDialog<{ name: string }> title={t('create.action')} isBusy={isBusy} onSubmit={submit} onClose={onClose}>
      <Form.Item
        name="name"
        label={t('name')}
        extra={<span className="field-rule">{t('create.nameHelp')}</span>}
        validateTrigger="onBlur"
        rules={[
          { required: true, message: t('create.nameMissing') },
          { pattern: NAME, message: t('create.nameHelp') },
        ]}
      >
        <Input autoFocus autoComplete="off" maxLength={63} />
      </Form.Item>
    </FormDialog>
  );
}

function useColumns(onDelete: (name: string) => void): TableColumnsType<Bucket> {
  const { t } = useTexts('buckets');
  return [
    {
      title: t('name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (bucket: string) => (
        <Link to="/buckets/$bucket" params={{ bucket }}>
          {bucket}
        </Link>
      ),
    },
    { title: t('region'), dataIndex: 'region' },
    { title: t('created'), dataIndex: 'created_time', render: (at: string) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, { name }) => (
        <RowAction needs="deleteProjectBucket" text={t('remove.action')} onClick={() => onDelete(name)} />
      ),
    },
  ];
}
