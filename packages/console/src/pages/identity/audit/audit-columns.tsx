import type { RouteResponse, Routes } from '@funcgraph/api';
import { Button, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { Status } from '../../../parts/status.tsx';

export type AuditEntry = RouteResponse<Routes['listAudit']>['entries'][number];

/** Whether the request was done, with the status of its answer. */
export function Result({ of: { status, error_code } }: { of: AuditEntry }) {
  return <Status kind={error_code === '' ? 'good' : 'bad'}>{[status, error_code].filter(Boolean).join(' · ')}</Status>;
}

export function useAuditColumns(onShow: (entry: AuditEntry) => void): TableColumnsType<AuditEntry> {
  const { t } = useTexts('audit');
  return [
    { title: t('columns.time'), dataIndex: 'time', render: (at: string) => <Moment at={at} /> },
    { title: t('columns.user'), dataIndex: 'user_name', render: (name: string) => name || '–' },
    {
      title: t('columns.action'),
      dataIndex: 'action',
      render: (action: string, entry) => (
        <Button type="link" style={{ padding: 0 }} onClick={() => onShow(entry)}>
          {action}
        </Button>
      ),
    },
    {
      title: t('columns.resource'),
      dataIndex: 'resource',
      render: (resource: string) => <span className="identity-text audit-resource">{resource || '–'}</span>,
    },
    { title: t('columns.source'), dataIndex: 'source_ip', render: (address: string) => address || '–' },
    { title: t('columns.result'), key: 'result', render: (_, entry) => <Result of={entry} /> },
  ];
}
