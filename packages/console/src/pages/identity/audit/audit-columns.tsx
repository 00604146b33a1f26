import type { RouteResponse, Routes } from '@funcgraph/api';
import { Button, type TableColumnsType } from 'antd';
import { Fragment } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { Status } from '../../../parts/status.tsx';

export type AuditEntry = RouteResponse<Routes['listAudit']>['entries'][number];

/** Whether the request was done, with the status of its answer. */
export function Result({ of: { status, error_code } }: { of: AuditEntry }) {
  return <Status kind={error_code === '' ? 'good' : 'bad'}>{[status, error_code].filter(Boolean).join(' · ')}</Status>;
}

/** The record shows it whole. */
function CutText({ text, max }: { text: string; max: number }) {
  return (
    <span className="cut-text" style={{ maxWidth: max }} title={text}>
      {text || '–'}
    </span>
  );
}

/** A name that breaks where its words do: after a colon and before a capital. */
function BetweenWords({ of }: { of: string }) {
  return of.split(/(?<=:)|(?<=[a-z])(?=[A-Z])/).map((word, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the words of a name stay where they are
    <Fragment key={at}>
      {at > 0 && <wbr />}
      {word}
    </Fragment>
  ));
}

export function useAuditColumns(onShow: (entry: AuditEntry) => void): TableColumnsType<AuditEntry> {
  const { t } = useTexts('audit');
  return [
    { title: t('columns.time'), dataIndex: 'time', render: (at: string) => <Moment at={at} /> },
    { title: t('columns.user'), dataIndex: 'user_name', render: (name: string) => <CutText text={name} max={100} /> },
    {
      title: t('columns.action'),
      dataIndex: 'action',
      render: (action: string, entry) => (
        <Button className="audit-action" type="link" aria-label={action} onClick={() => onShow(entry)}>
          <BetweenWords of={action} />
        </Button>
      ),
    },
    {
      title: t('columns.resource'),
      dataIndex: 'resource',
      render: (resource: string) => <span className="identity-text audit-resource">{resource || '–'}</span>,
    },
    {
      title: t('columns.source'),
      dataIndex: 'source_ip',
      render: (address: string) => <CutText text={address} max={110} />,
    },
    { title: t('columns.result'), key: 'result', render: (_, entry) => <Result of={entry} /> },
  ];
}
