import KeyOutlined from '@ant-design/icons/es/icons/KeyOutlined';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Space } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import { useChange } from '../../../parts/use-change.ts';
import '../identity.css';

type AccessKey = RouteResponse<Routes['listAccessKeys']>['credentials'][number];

interface AccessKeysProps {
  readonly userId: string;
  /** Makes the first key. */
  readonly command: string;
}

/** Access keys of a user, without their secrets. */
export function AccessKeys({ userId, command }: AccessKeysProps) {
  const { t } = useTexts('accessKeys');
  const { t: of } = useTexts('identity');
  const list = useQuery(query('listAccessKeys', { query: { user_id: userId } }));
  const { send } = useChange('updateAccessKey');
  const [doomed, setDoomed] = useState<AccessKey>();
  const toggle = ({ access, status }: AccessKey) => {
    const change = status === 'active' ? 'inactive' : 'active';
    const input = { params: { access_key: access }, body: { credential: { status: change } } } as const;
    void send(input, {
      done: () => t(`toggle.${change}`, { key: access }),
      failed: () => t('toggle.failed', { key: access }),
    });
  };
  return (
    <>
      <DataTable
        tools={false}
        query={list}
        rows={list.data?.credentials ?? []}
        rowKey={({ access }) => access}
        empty={<EmptyState icon={<KeyOutlined />} title={t('empty.title')} text={t('empty.text')} command={command} />}
        columns={[
          {
            title: t('columns.key'),
            dataIndex: 'access',
            fixed: 'left',
            render: (access: string) => (
              <>
                <code>{access}</code> <CopyButton text={access} label={t('columns.key')} />
              </>
            ),
          },
          {
            title: t('columns.status'),
            dataIndex: 'status',
            render: (status: AccessKey['status']) => (
              <Status kind={status === 'active' ? 'good' : 'off'}>{t(`status.${status}`)}</Status>
            ),
          },
          {
            title: of('description'),
            dataIndex: 'description',
            render: (text: string) => <span className="identity-text">{text || '–'}</span>,
          },
          { title: of('created'), dataIndex: 'create_time', render: (at: string) => <Moment at={at} /> },
          {
            title: t('columns.used'),
            dataIndex: 'last_use_time',
            render: (at: string) => (at === '' ? t('never') : <Moment at={at} />),
          },
          {
            title: of('actions'),
            key: 'actions',
            fixed: 'right',
            render: (_, key) => (
              <Space size={16}>
                <RowAction
                  needs="updateAccessKey"
                  text={t(key.status === 'active' ? 'toggle.disable' : 'toggle.enable')}
                  onClick={() => toggle(key)}
                />
                <RowAction needs="deleteAccessKey" text={of('remove')} onClick={() => setDoomed(key)} />
              </Space>
            ),
          },
        ]}
      />
      {doomed && (
        <DeleteDialog
          route="deleteAccessKey"
          input={{ params: { access_key: doomed.access } }}
          title={t('remove.title', { key: doomed.access })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { key: doomed.access })}
          failed={() => t('remove.failed', { key: doomed.access })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}
