import { useQuery } from '@tanstack/react-query';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { PageHeader } from '../../../parts/page-header.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import '../platform.css';
import { FixedLimits } from './fixed-limits.tsx';
import { useQuotaColumns, useQuotaNames } from './quota-columns.tsx';

const LIST = 'fgs quotas list';

/** Limits of the project with their use, then those that no setting changes. */
export function Page() {
  const { t } = useTexts('quotas');
  const [{ q }, setUrl] = useUrlState({ q: '' });
  const list = useQuery(query('listAllQuotas'));
  const columns = useQuotaColumns();
  const nameOf = useQuotaNames();
  const rows = (list.data?.quotas ?? []).filter(({ name, setting }) =>
    `${nameOf(name)} ${name} ${setting}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} actions={<Command line={LIST} />} />
      <DataTable
        query={list}
        rows={rows}
        rowKey={({ name }) => name}
        columns={columns}
        tools={<SearchField label={t('search')} value={q} onSearch={(text) => setUrl({ q: text })} />}
        onClearSearch={q === '' ? undefined : () => setUrl({ q: '' })}
        empty={<EmptyState title={t('empty.title')} text={t('empty.text')} command={LIST} />}
      />
      <FixedLimits />
    </>
  );
}
