import { LIMITS } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { Command } from '../../../parts/command.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Facts } from '../../../parts/facts.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { PageHeader } from '../../../parts/page-header.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import { useUrlState } from '../../../parts/url-state.ts';
import '../platform.css';
import { useQuotaColumns, useQuotaNames } from './quota-columns.tsx';

const MEBIBYTE = 1024 * 1024;

/** Limits of every request and function. */
function FixedLimits() {
  const { t } = useTexts('quotas');
  const numbers = useNumbers();
  const facts = [
    { name: t('limits.seconds'), value: t('limits.secondsValue', { count: LIMITS.timeoutSeconds.max }) },
    { name: t('limits.sync'), value: numbers.bytes(LIMITS.syncEventBytes) },
    { name: t('limits.result'), value: numbers.bytes(LIMITS.resultBytes) },
    { name: t('limits.async'), value: numbers.bytes(LIMITS.asyncEventBytes) },
    { name: t('limits.tmp'), value: numbers.bytes(LIMITS.tmpMb.usual * MEBIBYTE) },
    { name: t('limits.files'), value: numbers.whole(LIMITS.files) },
    { name: t('limits.processes'), value: numbers.whole(LIMITS.processes) },
    { name: t('limits.upload'), value: numbers.bytes(LIMITS.codeZipBytes) },
    { name: t('limits.export'), value: numbers.bytes(LIMITS.exportZipBytes) },
  ];
  return (
    <section className="platform-section" aria-label={t('limits.title')}>
      <h2>{t('limits.title')}</h2>
      <div className="surface platform-box">
        <Facts facts={facts} />
      </div>
    </section>
  );
}

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
