import { useTexts } from '../../i18n/index.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { RANGES, RangePicker, rangeOf } from '../../parts/range-picker.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { ProjectFlowCharts } from './flow-charts.tsx';
import { FunctionCharts } from './function-charts.tsx';
import './overview.css';
import { QuotaTiles } from './quota-tiles.tsx';

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
