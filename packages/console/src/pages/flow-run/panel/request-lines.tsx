import { useInfiniteQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { pages } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { LogView } from '../../../parts/log-view/index.ts';
import type { ShownTry } from '../model/run-model.ts';

/** The times of lines may be a little before and after their request. */
const MARGIN_MS = 60_000;
const MOST = '200';

/** What the function of a try wrote to its log; its request has the rest. */
export function RequestLines({ chosen, requestId }: { chosen: ShownTry; requestId: string }) {
  const { t } = useTexts('flowRun');
  const { target = '', startedAt, endedAt = Date.now() } = chosen;
  const { data, error, refetch } = useInfiniteQuery(
    pages('queryLogs', {
      params: { function_urn: target },
      query: {
        request_id: requestId,
        from: new Date(startedAt - MARGIN_MS).toISOString(),
        to: new Date(endedAt + MARGIN_MS).toISOString(),
        order: 'asc',
        limit: MOST,
      },
    }),
  );
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton active />;
  const lines = data.pages.flatMap((page) => page.lines);
  return (
    <div className="run-lines">
      <LogView
        label={t('panel.log')}
        lines={lines.map(({ time, level, message, request_id, instance_id }) => ({
          time,
          level,
          message,
          requestId: request_id,
          instanceId: instance_id,
        }))}
      />
    </div>
  );
}
