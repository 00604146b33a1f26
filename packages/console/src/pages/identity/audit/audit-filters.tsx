import { Segmented, Select, Space } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { RANGES } from '../../../parts/range-picker.tsx';
import { SearchField } from '../../../parts/search-field.tsx';
import { type AuditFilter, RESULTS, SEARCHED } from './audit-query.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly onChange: (change: Partial<AuditFilter>) => void;
}

export function AuditFilters({ filter: { by, q, result, range }, onChange }: AuditFiltersProps) {
  const { t } = useTexts('audit');
  const { t: part } = useTexts('parts');
  const names = Object.keys(RANGES) as (keyof typeof RANGES)[];
  return (
    <>
      <Space.Compact>
        <Select
          aria-label={t('searched')}
          value={by}
          options={SEARCHED.map((value) => ({ value, label: t(`columns.${value}`) }))}
          onChange={(value) => onChange({ by: value })}
          style={{ width: 110 }}
        />
        <SearchField label={t('search')} value={q} onSearch={(text) => onChange({ q: text })} />
      </Space.Compact>
      <Segmented
        aria-label={t('columns.result')}
        value={result}
        options={RESULTS.map((value) => ({ value, label: t(`results.${value}`) }))}
        onChange={(value) => onChange({ result: value })}
      />
      <Select
        aria-label={part('ranges.label')}
        value={range}
        options={[
          { value: 'all', label: t('anyTime') },
          ...names.map((value) => ({ value, label: part(`ranges.${value}`) })),
        ]}
        onChange={(value: string) => onChange({ range: value })}
        style={{ width: 130 }}
      />
    </>
  );
}
