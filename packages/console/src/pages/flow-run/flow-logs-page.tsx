import type { RouteResponse, Routes } from '@funcgraph/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Select, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { pages } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { LogView, NoLines, type ShownLine } from '../../parts/log-view/index.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { SpanPicker, useSpan } from '../../parts/time-span/index.ts';
import { useUrlState } from '../../parts/url-state.ts';
import { FlowFrame, type ShownFlow } from './flow-frame.tsx';
import './flow-run.css';

const PAGE = '500';
const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
const LOOK_AGAIN_MS = 5000;

/** The log lines of an express flow, which keeps no runs. */
export function Page() {
  return <FlowFrame>{(flow, start) => <Lines flow={flow} start={start} />}</FlowFrame>;
}

function Lines({ flow, start }: { flow: ShownFlow; start: ReactNode }) {
  const { t } = useTexts('flowRun');
  const span = useSpan('1h');
  const [{ q, level, run }, setUrl] = useUrlState({ q: '', level: '', run: '' });
  const from = new Date(span.from).toISOString();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    ...pages('queryWorkflowLogs', {
      params: { workflow_id: flow.id },
      query: {
        from,
        // a range that ends now has the lines of the next minutes too
        ...(span.name === 'custom' ? { to: new Date(span.to).toISOString() } : {}),
        ...(q && { keyword: q }),
        ...(level && { level }),
        ...(run && { execution_id: run }),
        limit: PAGE,
      },
    }),
    refetchInterval: span.name === 'custom' ? false : LOOK_AGAIN_MS,
  });
  const isFiltered = [q, level, run].some((each) => each !== '');
  const none = (
    <NoLines
      text={t('logs.none')}
      action={start}
      command={`fgs flows start ${flow.name} --wait`}
      onClear={isFiltered ? () => setUrl({ q: '', level: '', run: '' }) : undefined}
    />
  );
  return (
    <>
      <div className="flow-tools">
        <SpanPicker span={span} />
        <Select
          aria-label={t('logs.level')}
          value={level}
          options={[{ value: '', label: t('logs.allLevels') }, ...LEVELS.map((value) => ({ value, label: value }))]}
          onChange={(next: string) => setUrl({ level: next })}
          style={{ width: 120 }}
        />
        <SearchField label={t('logs.search')} value={q} onSearch={(text) => setUrl({ q: text })} />
        {run !== '' && <Button onClick={() => setUrl({ run: '' })}>{t('logs.ofRun', { run })}</Button>}
      </div>
      <p className="flow-note">{t('logs.note')}</p>
      {error && !data && <ErrorView error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton active />}
      {data && (
        <div className="surface flow-log">
          <LogView
            label={t('logs.title')}
            keyword={q}
            none={none}
            lines={data.pages.flatMap(({ lines }) => lines).map(toShown)}
            onRequest={({ requestId }) => setUrl({ run: requestId })}
          />
        </div>
      )}
      {hasNextPage && (
        <Button block loading={isFetching} onClick={() => void fetchNextPage()}>
          {t('logs.older')}
        </Button>
      )}
    </>
  );
}

const toShown = ({
  time,
  level,
  message,
  execution_id,
}: RouteResponse<Routes['queryWorkflowLogs']>['lines'][number]): ShownLine => ({
  time,
  level,
  message,
  requestId: execution_id,
});
