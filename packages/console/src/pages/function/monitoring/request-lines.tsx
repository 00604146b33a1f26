import type { Receipt } from '@funcgraph/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { pages } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { LogView } from '../../../parts/log-view/index.ts';
import { toShown } from './shown-lines.ts';

/** The times of lines may be a little before and after their request. */
const MARGIN_MS = 60_000;
const PAGE = '500';

/** The log lines of one request, oldest first. */
export function RequestLines({ urn, receipt }: { urn: string; receipt: Receipt }) {
  const { t } = useTexts('monitoring');
  const start = Date.parse(receipt.started_at);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery(
    pages('queryLogs', {
      params: { function_urn: urn },
      query: {
        request_id: receipt.request_id,
        from: new Date(start - MARGIN_MS).toISOString(),
        to: new Date(start + receipt.total_ms + MARGIN_MS).toISOString(),
        order: 'asc',
        limit: PAGE,
      },
    }),
  );
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton active />;
  return (
    <>
      <div className="surface request-lines">
        <LogView label={t('request.lines')} lines={data.pages.flatMap(({ lines }) => lines).map(toShown)} />
      </div>
      {hasNextPage && (
        <Button block className="monitoring-more" loading={isFetching} onClick={() => void fetchNextPage()}>
          {t('requests.more')}
        </Button>
      )}
    </>
  );
}
