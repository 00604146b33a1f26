import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type UIEvent, useEffect, useRef, useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { keyOf, type ShownLine } from './log-line.ts';
import { LogRow } from './log-row.tsx';
import './log-view.css';

const ROW_HEIGHT = 24;
const OVERSCAN = 20;
/** Keys that scroll towards the first line. */
const KEYS_UP: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

interface LogViewProps {
  readonly lines: readonly ShownLine[];
  readonly label: string;
  /** Shown when there are no lines. */
  readonly none?: ReactNode;
  readonly keyword?: string;
  readonly wrap?: boolean;
  /** Whether the last line stays in sight when lines are added. */
  readonly follow?: boolean;
  /** Called when a person scrolls away from the last line. */
  readonly onLeaveEnd?: () => void;
  readonly onRequest?: (line: ShownLine) => void;
  readonly onAround?: (line: ShownLine) => void;
  readonly linkOf?: (line: ShownLine) => string;
  /** The time of the lines that stand out; the first of them is brought into sight. */
  readonly marked?: string;
}

/** Lines of a log; only those in sight are drawn. */
export function LogView(props: LogViewProps) {
  const { lines, label, keyword = '', wrap = false, follow = false, marked = '' } = props;
  const { none, onLeaveEnd, onRequest, onAround, linkOf } = props;
  const { t } = useTexts('logView');
  const element = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => element.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });

  // rows have other heights
  // biome-ignore lint/correctness/useExhaustiveDependencies: the switch decides
  useEffect(() => rows.measure(), [wrap]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines decide
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines, follow]);

  const markedAt = marked === '' ? -1 : lines.findIndex(({ time }) => time === marked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line decides
  useEffect(() => {
    if (markedAt >= 0) rows.scrollToIndex(markedAt, { align: 'center' });
  }, [markedAt]);

  const top = useRef(0);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent<HTMLElement>) => {
    // what the list does itself leads to its end
    const isUp = scrollTop < top.current && scrollHeight - clientHeight - scrollTop > ROW_HEIGHT;
    top.current = scrollTop;
    if (isUp) onLeaveEnd?.();
  };
  // while the list still moves to its end, it undoes the movement itself
  const onIntent = (isUp: boolean) => {
    const { scrollHeight = 0, clientHeight = 0 } = element.current ?? {};
    if (isUp && scrollHeight - clientHeight > ROW_HEIGHT) onLeaveEnd?.();
  };

  const toggle = (line: ShownLine) => {
    const next = new Set(opened);
    if (!next.delete(keyOf(line))) next.add(keyOf(line));
    setOpened(next);
  };
  return (
    <section
      ref={element}
      className={`log-view ${wrap ? 'is-wrapped' : ''}`}
      aria-label={label}
      // a log scrolls by keyboard too
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      onScroll={onScroll}
      onWheel={({ deltaY }) => onIntent(deltaY < 0)}
      onKeyDown={({ key }) => onIntent(KEYS_UP.has(key))}
    >
      {lines.length === 0 && (none === undefined ? <p className="log-none">{t('none')}</p> : none)}
      <ol style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={lines.length}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LogRow
                line={line}
                keyword={keyword}
                isOpen={opened.has(keyOf(line))}
                onToggle={() => toggle(line)}
                isMarked={marked !== '' && line.time === marked}
                onRequest={onRequest}
                onAround={onAround}
                linkOf={linkOf}
              />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
