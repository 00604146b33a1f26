import HddOutlined from '@ant-design/icons/es/icons/HddOutlined';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Space, Tag } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { sameCall } from '../../../parts/same-call.ts';
import '../platform.css';
import { ShareDialog } from '../shares/share-dialog.tsx';
import { UsedBy } from '../used-by.tsx';
import { AddFileSystem } from './add-file-system.tsx';

type FileSystem = RouteResponse<Routes['listFileSystems']>['file_systems'][number];

const ADD = 'fgs filesystems add models --path /srv/models --read-only';
const CALL = sameCall('addFileSystem', { body: { name: 'models', path: '/srv/models', read_only: true } });

export function Page() {
  const { t } = useTexts('fileSystems');
  const { t: of } = useTexts('platform');
  const [isAdding, setAdding] = useState(false);
  const [shared, setShared] = useState<FileSystem>();
  const [doomed, setDoomed] = useState<FileSystem>();
  const list = useQuery(query('listFileSystems'));
  const add = (
    <ActionButton needs="addFileSystem" type="primary" onClick={() => setAdding(true)}>
      {t('add.action')}
    </ActionButton>
  );
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        actions={add}
        query={list}
        rows={list.data?.file_systems ?? []}
        rowKey={({ id }) => id}
        search={t('search')}
        textOf={({ name, location }) => `${name} ${location}`}
        empty={
          <EmptyState
            icon={<HddOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={add}
            command={ADD}
            call={CALL}
          />
        }
        columns={[
          { title: of('name'), dataIndex: 'name', fixed: 'left' },
          {
            title: t('columns.kind'),
            dataIndex: 'kind',
            render: (kind: FileSystem['kind']) => <Tag>{t(`kind.${kind}`)}</Tag>,
          },
          {
            title: t('columns.location'),
            dataIndex: 'location',
            render: (location: string) => <code className="cut-text">{location}</code>,
          },
          {
            title: t('columns.access'),
            dataIndex: 'read_only',
            render: (isReadOnly: boolean) => t(isReadOnly ? 'access.read' : 'access.write'),
          },
          {
            title: t('columns.owner'),
            key: 'owner',
            render: (_, { user_id, user_group_id }) => `${user_id}:${user_group_id}`,
          },
          { title: of('usedBy'), dataIndex: 'used_by', render: (urns: string[]) => <UsedBy urns={urns} /> },
          { title: of('created'), dataIndex: 'created_at', render: (at: string) => <Moment at={at} /> },
          {
            title: of('actions'),
            key: 'actions',
            fixed: 'right',
            render: (_, fileSystem) => (
              <Space size={16}>
                <RowAction needs="listShares" text={of('share.open')} onClick={() => setShared(fileSystem)} />
                <RowAction needs="removeFileSystem" text={of('removeIt')} onClick={() => setDoomed(fileSystem)} />
              </Space>
            ),
          },
        ]}
      />
      {isAdding && <AddFileSystem onClose={() => setAdding(false)} />}
      {shared && <ShareDialog kind="file-system" name={shared.name} onClose={() => setShared(undefined)} />}
      {doomed && (
        <DeleteDialog
          route="removeFileSystem"
          input={{ params: { name: doomed.name } }}
          title={t('remove.title', { name: doomed.name })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: doomed.name })}
          failed={() => t('remove.failed', { name: doomed.name })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
