import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined';
import { useQuery } from '@tanstack/react-query';
import { Tag } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { endOfLife } from '../../../parts/end-of-life.ts';
import { ResourceList } from '../../../parts/resource-list.tsx';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import '../platform.css';
import { InstallRuntime, type Runtime } from './install-runtime.tsx';

/** What functions can use now stands above what could be installed. */
function availableFirst(runtimes: readonly Runtime[]): Runtime[] {
  return runtimes.toSorted((a, b) => Number(b.available) - Number(a.available));
}

export function Page() {
  const { t } = useTexts('runtimes');
  const [chosen, setChosen] = useState<Runtime>();
  const list = useQuery(query('listRuntimes'));
  const now = new Date();
  return (
    <>
      <ResourceList
        title={t('title')}
        intro={t('intro')}
        query={list}
        rows={availableFirst(list.data?.runtimes ?? [])}
        rowKey={({ name }) => name}
        search={t('search')}
        textOf={({ name, language }) => `${name} ${language}`}
        empty={
          <EmptyState
            icon={<CodeOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            command="fgs runtimes list"
          />
        }
        columns={[
          {
            title: t('columns.name'),
            dataIndex: 'name',
            fixed: 'left',
            render: (name: string) => {
              const day = endOfLife(name, now);
              return (
                <>
                  {name} {day !== undefined && <Tag color="warning">{t('ended', { day })}</Tag>}
                </>
              );
            },
          },
          {
            title: t('columns.state'),
            dataIndex: 'available',
            render: (isAvailable: boolean) => (
              <Status kind={isAvailable ? 'good' : 'off'}>{t(isAvailable ? 'available' : 'missing')}</Status>
            ),
          },
          { title: t('columns.version'), dataIndex: 'version', render: (version: string) => version || '–' },
          { title: t('columns.source'), dataIndex: 'source', render: (source: string) => source || '–' },
          {
            title: t('columns.servedBy'),
            dataIndex: 'served_by',
            render: (name: string) => name || '–',
          },
          {
            title: t('columns.lanes'),
            dataIndex: 'lanes',
            render: (lanes: boolean) => t(lanes ? 'lanes.yes' : 'lanes.no'),
          },
          {
            title: t('columns.actions'),
            key: 'actions',
            fixed: 'right',
            render: (_, runtime) =>
              !runtime.available && (
                <RowAction needs="installRuntime" text={t('install.action')} onClick={() => setChosen(runtime)} />
              ),
          },
        ]}
      />
      {chosen && <InstallRuntime runtime={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}
