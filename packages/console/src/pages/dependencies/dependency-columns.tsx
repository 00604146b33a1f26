import type { RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import { type TableColumnsType, Tag } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';

export type Dependency = RouteResponse<Routes['listDependencies']>['dependencies'][number];

export const isPublic = ({ owner }: Pick<Dependency, 'owner'>): boolean => owner === 'public';

export const MS = 1000;

export function TypeTag({ of }: { of: Pick<Dependency, 'owner'> }) {
  const { t } = useTexts('dependencies');
  return <Tag>{t(isPublic(of) ? 'type.public' : 'type.private')}</Tag>;
}

export function useDependencyColumns(): TableColumnsType<Dependency> {
  const { t } = useTexts('dependencies');
  const numbers = useNumbers();
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { dep_id: dependency }) => (
        <Link to="/dependencies/$dependency" params={{ dependency }}>
          {name}
        </Link>
      ),
    },
    { title: t('columns.runtime'), dataIndex: 'runtime' },
    { title: t('columns.newest'), dataIndex: 'version', align: 'right' },
    { title: t('columns.type'), key: 'type', render: (_, row) => <TypeTag of={row} /> },
    { title: t('columns.size'), dataIndex: 'size', align: 'right', render: (size: number) => numbers.bytes(size) },
    {
      title: t('columns.description'),
      dataIndex: 'description',
      render: (text: string) => <span className="dependency-description">{text || '–'}</span>,
    },
    {
      title: t('columns.updated'),
      dataIndex: 'last_modified',
      render: (seconds: number) => <Moment at={seconds * MS} />,
    },
  ];
}
