import { useQuery } from '@tanstack/react-query';
import { Progress, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { useNumbers } from '../../parts/numbers.ts';

/** From here on the bar warns. */
const NEARLY_FULL = 0.9;

function Tile({
  title,
  figure,
  unit,
  children,
}: {
  title: string;
  figure: string;
  unit: string;
  children?: ReactNode;
}) {
  return (
    <section className="surface overview-tile" aria-label={title}>
      <h2>{title}</h2>
      <div className="overview-tile-figure">
        {figure}
        <small>{unit}</small>
      </div>
      {children}
    </section>
  );
}

function QuotaTile({
  title,
  used,
  quota,
  format,
}: {
  title: string;
  used: number;
  quota: number;
  format: (n: number) => string;
}) {
  const { t } = useTexts('overview');
  const share = quota === 0 ? 0 : used / quota;
  return (
    <Tile title={title} figure={format(used)} unit={t('of', { quota: format(quota) })}>
      <Progress
        percent={Math.ceil(share * 100)}
        showInfo={false}
        size="small"
        {...(share > NEARLY_FULL ? { status: 'exception' as const } : {})}
        aria-label={title}
      />
    </Tile>
  );
}

/** Use of the quotas, and of this month. */
export function QuotaTiles() {
  const { t } = useTexts('overview');
  const numbers = useNumbers();
  const quotas = useQuery(query('listAllQuotas'));
  const month = useQuery(query('listStatistics', { query: { filter: 'monthly_report', option: '0' } }));
  const error = quotas.error ?? month.error;
  if (error) return <ErrorView error={error} onRetry={() => void quotas.refetch().then(() => month.refetch())} />;
  if (!quotas.data || !month.data) return <Skeleton active paragraph={{ rows: 2 }} />;
  const quota = (name: string) => quotas.data.quotas.find((each) => each.name === name);
  const functions = quota('functions');
  const code = quota('code_size');
  return (
    <div className="overview-tiles">
      {functions && (
        <QuotaTile
          title={t('tiles.functions')}
          used={functions.used ?? 0}
          quota={functions.quota}
          format={numbers.whole}
        />
      )}
      {code && <QuotaTile title={t('tiles.code')} used={code.used ?? 0} quota={code.quota} format={numbers.bytes} />}
      <Tile
        title={t('tiles.invocations')}
        figure={numbers.whole(month.data.count?.[0]?.value ?? 0)}
        unit={t('units.times')}
      />
      <Tile
        title={t('tiles.resources')}
        figure={numbers.fine(month.data.gbs?.[0]?.value ?? 0)}
        unit={t('units.gbSeconds')}
      />
    </div>
  );
}
