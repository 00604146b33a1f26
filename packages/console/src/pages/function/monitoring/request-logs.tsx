import ReloadOutlined from '@ant-design/icons/es/icons/ReloadOutlined';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { pages } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { DownloadLines, LevelField, LogView, NoLines, WrapField } from '../../../parts/log-view/index.ts';
import { SearchField } from '../../../parts/search-field.tsx';
import type { SpanState } from '../../../parts/time-span/index.ts';
import { useUrlState } from '../../../parts/url-state.ts';
import type { ShownFunction } from '../shown-function.ts';
import { toShown } from './shown-lines.ts';

const PAGE = '500';

interface RequestLogsProps {
  readonly fn: ShownFunction;
  readonly span: SpanState;
  readonly onOpen: (requestId: string) => void;
}

/** Log lines of all requests of the range, newest first. */
export function RequestLogs({ fn, span, onOpen }: RequestLogsProps) {
  const { t } = useTexts('monitoring');
  const [url, setUrl] = useUrlState({ keyword: '', of: '', instance: '', level: '', wrap: false });
  const { keyword, of, instance, level, wrap } = url;
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    ...pages('queryLogs', {
      params: { function_urn: fn.urn },
      query: {
        from: new Date(span.from).toISOString(),
        to: new Date(span.to).toISOString(),
        limit: PAGE,
        keyword,
        request_id: of,
        instance_id: instance,
        level,
      },
    }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  const lines = data?.pages.flatMap((page) => page.lines).map(toShown) ?? [];
  const isFiltered = [keyword, of, instance, level].some((each) => each !== '');
  const none = (
    <NoLines
      text={t('requests.noneText')}
      command={`fgs functions invoke ${fn.name}`}
      onClear={isFiltered ? () => setUrl({ keyword: '', of: '', instance: '', level: '' }) : undefined}
    />
  );
  return (
    <div className="surface request-logs">
      <div className="table-tools">
        <SearchField label={t('filters.keyword')} value={keyword} onSearch={(text) => setUrl({ keyword: text })} />
        <IdField label={t('filters.id')} value={of} onSearch={(text) => setUrl({ of: text })} />
        <IdField label={t('filters.instance')} value={instance} onSearch={(text) => setUrl({ instance: text })} />
        <LevelField value={level} onChange={(levels) => setUrl({ level: levels })} />
        <WrapField value={wrap} onChange={(on) => setUrl({ wrap: on })} />
        <Link to="/logs" search={{ of: fn.baseUrn } as never}>
          {t('explorer')}
        </Link>
        <DownloadLines name={fn.name} lines={lines} />
        <Button
          icon={<ReloadOutlined spin={isFetching} />}
          aria-label={t('refresh')}
          onClick={() => {
            span.renew();
            void refetch();
          }}
        />
      </div>
      <div className="request-log-lines">
        <LogView
          label={t('views.logs')}
          none={isFetching ? undefined : none}
          lines={lines}
          keyword={keyword}
          wrap={wrap}
          onRequest={({ requestId }) => onOpen(requestId)}
        />
      </div>
      {hasNextPage && (
        <Button block type="text" loading={isFetching} onClick={() => void fetchNextPage()}>
          {t('requests.more')}
        </Button>
      )}
    </div>
  );
}

interface IdFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

function IdField({ label, value, onSearch }: IdFieldProps) {
  return (
    <Input.Search
      // an address that changed elsewhere has another text
      key={value}
      allowClear
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      onSearch={(text) => onSearch(text.trim())}
      style={{ width: 200 }}
    />
  );
}
