import type { RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import { Space, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import '../identity.css';

export type User = RouteResponse<Routes['listUsers']>['users'][number];

interface RowActions {
  readonly onEdit: (user: User) => void;
  readonly onDelete: (user: User) => void;
}

export function UserStatus({ isEnabled }: { isEnabled: boolean }) {
  const { t } = useTexts('users');
  return <Status kind={isEnabled ? 'good' : 'off'}>{t(isEnabled ? 'status.enabled' : 'status.disabled')}</Status>;
}

export function useUserColumns({ onEdit, onDelete }: RowActions): TableColumnsType<User> {
  const { t } = useTexts('users');
  const { t: of } = useTexts('identity');
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id }) => (
        <Link to="/users/$user" params={{ user: id }}>
          {name}
        </Link>
      ),
    },
    {
      title: t('columns.status'),
      dataIndex: 'enabled',
      render: (isEnabled: boolean) => <UserStatus isEnabled={isEnabled} />,
    },
    {
      title: of('description'),
      dataIndex: 'description',
      render: (text: string) => <span className="identity-text">{text || '–'}</span>,
    },
    {
      title: t('columns.lastLogin'),
      dataIndex: 'last_login_time',
      render: (at: string) => (at === '' ? t('never') : <Moment at={at} />),
    },
    { title: of('created'), dataIndex: 'create_time', render: (at: string) => <Moment at={at} /> },
    {
      title: of('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, user) => (
        <Space size={16}>
          <RowAction needs="updateUser" text={t('edit.action')} onClick={() => onEdit(user)} />
          <RowAction needs="deleteUser" text={of('remove')} onClick={() => onDelete(user)} />
        </Space>
      ),
    },
  ];
}
