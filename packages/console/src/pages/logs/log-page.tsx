import { useNavigate } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { LogView, NoLines, type ShownLine } from '../../parts/log-view/index.ts';
import { MissingServers } from '../../parts/missing-servers.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { SpanPicker, useSpan } from '../../parts/time-span/index.ts';
import { useUrlState } from '../../parts/url-state.ts';
import { LogToolbar } from './log-toolbar.tsx';
import './logs.css';
import { searchAround } from './around.ts';
import { joined, merged } from './merge.ts';
import { sourcesOf, sourceText } from './source.ts';
import { SourceField } from './source-field.tsx';
import { useLiveLines } from './use-live-lines.ts';
import { useProjectLines } from './use-project-lines.ts';
import { useSourceLines } from './use-source-lines.ts';
import { volumeOf } from './volume.ts';

/** How many of the lines shown fall into each part of their time; the darker part is of warnings and errors. */
function Volume({ lines }: { lines: readonly ShownLine[] }) {
  const { t } = useTexts('logs');
  const { bars, most } = useMemo(() => volumeOf(lines), [lines]);
  const loud = bars.reduce((sum, bar) => sum + bar.loud, 0);
  return (
    <div className="log-volume">
      <div aria-hidden>
        {bars.map(({ from, all, loud }) => (
          <span key={from} style={{ height: `${(all / most) * 100}%` }}>
            <i style={{ height: `${(loud / Math.max(all, 1)) * 100}%` }} />
          </span>
        ))}
      </div>
      <small>{t('volume', { count: lines.length, loud })}</small>
    </div>
  );
}

/** The lines of the same function or flow around a line, without filters, and the address of that for other people. */
function useAround() {
  const navigate = useNavigate();
  return {
    show: (line: ShownLine) => void navigate({ to: '.', search: searchAround(line) as never }),
    linkOf: (line: ShownLine) => {
      const { origin, pathname } = window.location;
      return `${origin}${pathname}?${new URLSearchParams(searchAround(line))}`;
    },
  };
}

const USUAL = { of: '', keyword: '', level: '', wrap: false, oldest: false, live: false, line: '' } as const;

/** The logs of all functions of the project, or of chosen functions and express flows, also as they come. */
export function Page() {
  const { t } = useTexts('logs');
  const [url, setUrl] = useUrlState(USUAL);
  const { of, keyword, level, wrap, oldest, line: marked } = url;
  const filter = { keyword, level };
  const span = useSpan('1h');
  const [isPaused, setPaused] = useState(false);
  const [first, second, third] = sourcesOf(of);
  const isOn = url.live && first !== undefined;
  const project = useProjectLines(first === undefined, span, filter);
  const chosen = [
    useSourceLines(first, span, filter),
    useSourceLines(second, span, filter),
    useSourceLines(third, span, filter),
  ];
  const read = first === undefined ? [project] : chosen;
  const live = useLiveLines({ isOn, isPaused, sources: of, filter });
  const [clearedAt, setClearedAt] = useState('');
  const lines = useLines({ read, live: live.lines, clearedAt, isOn, isOldestFirst: oldest });
  const failed = read.find(({ error }) => error !== null);
  const hasMore = read.some((source) => source.hasMore);
  const isFetching = read.some((source) => source.isFetching);

  const start = (on: boolean) => {
    setPaused(false);
    setClearedAt('');
    span.renew();
    setUrl({ live: on });
  };
  const around = useAround();
  const clear = () => {
    live.clear();
    setClearedAt(new Date().toISOString());
  };
  const isFiltered = keyword !== '' || level !== '';
  const none = (
    <NoLines
      text={t('none')}
      command={
        first?.kind === 'flow' ? `fgs flows start ${first.name}` : `fgs functions invoke ${first?.name ?? 'hello'}`
      }
      onClear={isFiltered ? () => setUrl({ keyword: '', level: '' }) : undefined}
    />
  );
  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <div className="log-where">
        <SourceField
          value={sourcesOf(of)}
          onChange={(sources) => setUrl({ of: sources.map(sourceText).join() }, { push: true })}
        />
        {!isOn && <SpanPicker span={span} />}
      </div>
      <div className="surface log-explorer">
        <LogToolbar
          {...{ keyword, level, wrap, oldest, isOn, isPaused, isFetching, lines }}
          mayFollow={first !== undefined}
          held={live.held}
          onChange={setUrl}
          onLive={start}
          onPause={setPaused}
          onClear={clear}
          onRefresh={() => {
            span.renew();
            for (const source of read) source.refetch();
          }}
        />
        {project.isPartial && <Alert banner type="warning" title={t('partial')} />}
        <MissingServers names={read.flatMap((source) => source.missing)} />
        {failed?.error && <ErrorView error={failed.error} onRetry={failed.refetch} />}
        {live.error && <ErrorView error={live.error} onRetry={() => start(false)} />}
        <Volume lines={lines} />
        <div className="log-explorer-lines">
          <LogView
            label={t('lines')}
            none={isFetching || isOn ? undefined : none}
            lines={lines}
            keyword={keyword}
            wrap={wrap}
            follow={isOn && !isPaused}
            onLeaveEnd={() => isOn && setPaused(true)}
            onAround={around.show}
            linkOf={around.linkOf}
            marked={marked}
          />
        </div>
        {!isOn && hasMore && (
          <Button block type="text" loading={isFetching} onClick={() => read.map((one) => one.hasMore && one.more())}>
            {t('more')}
          </Button>
        )}
      </div>
    </>
  );
}

interface Lines {
  readonly read: readonly ReturnType<typeof useSourceLines>[];
  readonly live: ReturnType<typeof useLiveLines>['lines'];
  readonly clearedAt: string;
  readonly isOn: boolean;
  readonly isOldestFirst: boolean;
}

/** Newest first unless the person turned the order; while new ones come in, they are at the end. */
function useLines({ read, live, clearedAt, isOn, isOldestFirst }: Lines) {
  const [a, b, c] = read;
  // the lines of a source are new objects at each change, and only then
  const key = read
    .map(({ lines, hasMore }) => `${lines.length} ${lines[0]?.time} ${lines.at(-1)?.time} ${hasMore}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the lines
  return useMemo(() => {
    const past = merged([a, b, c].filter((source) => source !== undefined));
    if (!isOn) return isOldestFirst ? past : past.toReversed();
    return joined(past, live).filter(({ time }) => time > clearedAt);
  }, [key, live, clearedAt, isOn, isOldestFirst]);
}
