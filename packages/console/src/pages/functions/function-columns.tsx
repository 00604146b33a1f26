import type { RouteQuery, RouteResponse, Routes } from '@funcgraph/api';
import { Link } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import type { Sorting } from '../../parts/data-table.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Status } from '../../parts/status.tsx';

type FunctionRow = RouteResponse<Routes['listFunctions']>['functions'][number];
export type SortKey = NonNullable<RouteQuery<Routes['listFunctions']>['sort_by']>;

interface RowActions {
  readonly sorting: Sorting | undefined;
  readonly onDelete: (fn: { name: string; urn: string }) => void;
}

export function useFunctionColumns({ sorting, onDelete }: RowActions): TableColumnsType<FunctionRow> {
  const { t } = useTexts('functions');
  const sorted = (key: SortKey) => ({
    dataIndex: key,
    key,
    sorter: true,
    sortOrder: sorting?.by === key ? sorting.order : null,
  });
  return [
    {
      title: t('columns.name'),
      ...sorted('func_name'),
      fixed: 'left',
      render: (name: string, { package: app }) => (
        <Link to="/functions/$name" params={{ name }} search={(app === 'default' ? {} : { app }) as never}>
          {name}
        </Link>
      ),
    },
    {
      title: t('columns.type'),
      dataIndex: 'runtime',
      key: 'type',
      render: (runtime: string) => t(runtime === 'http' ? 'type.http' : 'type.event'),
    },
    { title: t('columns.runtime'), ...sorted('runtime') },
    { title: t('columns.application'), ...sorted('package') },
    { title: t('columns.memory'), ...sorted('memory_size'), align: 'right' },
    { title: t('columns.timeout'), ...sorted('timeout'), align: 'right' },
    {
      title: t('columns.status'),
      dataIndex: ['strategy_config', 'concurrency'],
      // a function without a single instance answers no request
      render: (instances: number) =>
        instances === 0 ? (
          <Status kind="off">{t('status.disabled')}</Status>
        ) : (
          <Status kind="good">{t('status.enabled')}</Status>
        ),
    },
    { title: t('columns.modified'), ...sorted('last_modified'), render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, { func_name: name, func_urn: urn }) => (
        <ActionButton
          needs="deleteFunction"
          type="link"
          size="small"
          style={{ padding: 0 }}
          onClick={() => onDelete({ name, urn })}
        >
          {t('remove.action')}
        </ActionButton>
      ),
    },
  ];
}
