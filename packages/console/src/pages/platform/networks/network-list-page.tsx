import ApartmentOutlined from '@ant-design/icons/es/icons/ApartmentOutlined';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Space } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { sameCall } from '../../../parts/same-call.ts';
import { Status } from '../../../parts/status.tsx';
import '../platform.css';
import { ShareDialog } from '../shares/share-dialog.tsx';
import { UsedBy } from '../used-by.tsx';
import { CreateNetwork } from './create-network.tsx';

type Network = RouteResponse<Routes['listNetworks']>['networks'][number];

const CREATE = 'fgs networks create backend --cidr 10.20.0.0/24';
const CALL = sameCall('createNetwork', { body: { name: 'backend', cidr: '10.20.0.0/24' } });

export function Page() {
  const { t } = useTexts('networks');
  const { t: of } = useTexts('platform');
  const [isCreating, setCreating] = useState(false);
  const [shared, setShared] = useState<Network>();
  const [doomed, setDoomed] = useState<Network>();
  const list = useQuery(query('listNetworks'));
  const copied = (id: string, label: string) => (
    <Space size={4}>
      <code className="cut-text" style={{ maxWidth: 120 }}>
        {id}
      </code>
      <CopyButton text={id} label={label} />
    </Space>
  );
  const create = (
    <ActionButton needs="createNetwork" type="primary" onClick={() => setCreating(true)}>
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
        rows={list.data?.networks ?? []}
        rowKey={({ name }) => name}
        search={t('search')}
        textOf={({ name, cidr, vpc_id }) => `${name} ${cidr} ${vpc_id}`}
        empty={
          <EmptyState
            icon={<ApartmentOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
        columns={[
          { title: of('name'), dataIndex: 'name', fixed: 'left' },
          { title: t('columns.cidr'), dataIndex: 'cidr' },
          {
            title: t('columns.state'),
            key: 'state',
            render: (_, { bridge, problem }) => (
              <Status kind={problem === '' ? 'good' : 'bad'}>{problem || bridge}</Status>
            ),
          },
          { title: t('columns.outside'), dataIndex: 'nat', render: (nat: boolean) => of(nat ? 'yes' : 'no') },
          { title: t('columns.vpc'), dataIndex: 'vpc_id', render: (id: string) => copied(id, t('columns.vpc')) },
          {
            title: t('columns.subnet'),
            dataIndex: 'subnet_id',
            render: (id: string) => copied(id, t('columns.subnet')),
          },
          { title: of('usedBy'), dataIndex: 'used_by', render: (urns: string[]) => <UsedBy urns={urns} /> },
          {
            title: of('actions'),
            key: 'actions',
            fixed: 'right',
            render: (_, network) => (
              <Space size={16}>
                <RowAction needs="listShares" text={of('share.open')} onClick={() => setShared(network)} />
                <RowAction needs="deleteNetwork" text={of('remove')} onClick={() => setDoomed(network)} />
              </Space>
            ),
          },
        ]}
      />
      {isCreating && <CreateNetwork onClose={() => setCreating(false)} />}
      {shared && <ShareDialog kind="network" name={shared.name} onClose={() => setShared(undefined)} />}
      {doomed && (
        <DeleteDialog
          route="deleteNetwork"
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
