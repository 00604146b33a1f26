import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { FlowCharts } from '../../parts/flow-charts.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { RANGES, RangePicker, rangeOf } from '../../parts/range-picker.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { FunctionCharts } from './function-charts.tsx';
import './overview.css';
import { QuotaTiles } from './quota-tiles.tsx';

const REFRESH_MS = 60_000;

/** Runs of all flows of the project. */
function ProjectFlowCharts({ minutes }: { minutes: number }) {
  const { data, error, refetch } = useQuery({
    ...query('showTenantMetric', { query: { period: String(minutes) } }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  return <FlowCharts statistics={data ?? {}} />;
}

export function Page() {
  const { t } = useTexts('overview');
  const [{ range: text }, setUrl] = useUrlState({ range: '1h' });
  const range = rangeOf(text);
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <QuotaTiles />
      <div className="overview-heading">
        <h2>{t('functions.title')}</h2>
        <RangePicker value={range} onChange={(next) => setUrl({ range: next })} />
      </div>
      <FunctionCharts minutes={RANGES[range]} />
      <div className="overview-heading">
        <h2>{t('flows.title')}</h2>
      </div>
      <ProjectFlowCharts minutes={RANGES[range]} />
    </>
  );
}
