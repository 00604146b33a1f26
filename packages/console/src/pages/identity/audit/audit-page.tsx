import AuditOutlined from '@ant-design/icons/es/icons/AuditOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import '../identity.css';
import { type AuditEntry, useAuditColumns } from './audit-columns.tsx';
import { AuditDetails } from './audit-details.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { auditQuery, NO_FILTER } from './audit-query.ts';

const LIST = "fgs iam audit --since 1d --action 'iam:*'";

/** Who changed what: records newest first, cut into pages by a cursor. */
export function Page() {
  const { t } = useTexts('audit');
  const [filter, setFilter] = useUrlState(NO_FILTER);
  const [shown, setShown] = useState<AuditEntry>();
  const columns = useAuditColumns(setShown);
  const list = useQuery({
    ...query('listAudit', { query: auditQuery(filter, Date.now()) }),
    placeholderData: keepPreviousData,
  });
  const next = list.data?.next_cursor;
  const isFiltered = filter.q !== '' || filter.result !== 'all' || filter.range !== 'all';
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <DataTable
        query={list}
        rows={list.data?.entries ?? []}
        rowKey={({ id }) => id}
        columns={columns}
        tools={<AuditFilters filter={filter} onChange={(change) => setFilter({ ...change, cursor: '' })} />}
        onClearSearch={isFiltered ? () => setFilter({ q: '', result: 'all', range: 'all', cursor: '' }) : undefined}
        empty={<EmptyState icon={<AuditOutlined />} title={t('empty.title')} text={t('empty.text')} command={LIST} />}
      />
      {(filter.cursor !== '' || next !== undefined) && (
        <div className="audit-pages">
          <Button disabled={filter.cursor === ''} onClick={() => setFilter({ cursor: '' }, { push: true })}>
            {t('newest')}
          </Button>
          <Button
            disabled={next === undefined}
            onClick={() => next !== undefined && setFilter({ cursor: next }, { push: true })}
          >
            {t('older')}
          </Button>
        </div>
      )}
      {shown && <AuditDetails entry={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}
