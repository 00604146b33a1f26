import type { RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import { Space, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import '../identity.css';

export type Group = RouteResponse<Routes['listGroups']>['groups'][number];

interface RowActions {
  readonly onEdit: (group: Group) => void;
  readonly onDelete: (group: Group) => void;
}

export function useGroupColumns({ onEdit, onDelete }: RowActions): TableColumnsType<Group> {
  const { t } = useTexts('identity');
  return [
    {
      title: t('name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id }) => (
        <Link to="/groups/$group" params={{ group: id }}>
          {name}
        </Link>
      ),
    },
    {
      title: t('description'),
      dataIndex: 'description',
      render: (text: string) => <span className="identity-text">{text || '–'}</span>,
    },
    { title: t('created'), dataIndex: 'create_time', render: (at: number) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, group) => (
        <Space size={16}>
          <RowAction needs="updateGroup" text={t('edit')} onClick={() => onEdit(group)} />
          <RowAction needs="deleteGroup" text={t('remove')} onClick={() => onDelete(group)} />
        </Space>
      ),
    },
  ];
}
