import { Switch } from 'antd';
import { useMemo } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { millisecondsText } from '../duration-text.ts';
import type { RunModel, ShownTry } from '../model/run-model.ts';
import { StatusMark } from '../status-mark.tsx';
import { WindowedList } from '../windowed-list.tsx';
import { barsOf, type TimelineRow, timelineRows } from './rows.ts';
import { busySpans, idleSpans, type TimeScale, timeScale } from './time-scale.ts';
import { useNow } from './use-now.ts';

const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
/** So that no text stands over another one. */
const TICK_ROOM = 0.11;
const EDGE = 0.05;
const percent = (part: number) => `${(part * 100).toFixed(3)}%`;

interface TimelineProps {
  readonly model: RunModel;
  readonly names: ReadonlyMap<string, string>;
  readonly selected: ShownTry | undefined;
  readonly onSelect: (chosen: ShownTry) => void;
  /** Whether long waits of the run are drawn short. */
  readonly isFolded: boolean;
  readonly onFold: (isFolded: boolean) => void;
}

/** Each node, iteration and branch over time, with its attempts and waits. */
export function Timeline({ model, names, selected, onSelect, isFolded, onFold }: TimelineProps) {
  const { t } = useTexts('flowRun');
  const rows = useMemo(() => timelineRows(model), [model]);
  const now = useNow(model.startedAt !== undefined && model.endedAt === undefined);
  const from = model.startedAt ?? now;
  const to = Math.max(model.endedAt ?? now, from + 1);
  const busy = useMemo(() => busySpans(model.tries), [model]);
  const idle = idleSpans(busy, { from, to });
  const scale = timeScale({ from, to }, isFolded ? idle : []);
  return (
    <div className="timeline">
      {idle.length > 0 && (
        // a label around a switch does not name it for all readers
        <div className="timeline-fold">
          <Switch id="timeline-fold" size="small" checked={isFolded} onChange={onFold} />
          <label htmlFor="timeline-fold">{t('timeline.fold')}</label>
          <span>{t('timeline.idle', { time: millisecondsText(sumOf(idle)) })}</span>
        </div>
      )}
      <div className="timeline-row timeline-head" aria-hidden>
        <span>{t('timeline.node')}</span>
        <span>{t('timeline.status')}</span>
        <span>{t('timeline.took')}</span>
        <Axis scale={scale} from={from} />
      </div>
      <WindowedList
        label={t('timeline.title')}
        rows={rows}
        rowKey={(row) => row.key}
        render={(row) => (
          <Row
            row={row}
            name={names.get(row.node) ?? row.node}
            scale={scale}
            now={to}
            isSelected={selected !== undefined && row.tries.includes(selected)}
            onSelect={onSelect}
          />
        )}
      />
    </div>
  );
}

const sumOf = (spans: readonly { readonly from: number; readonly to: number }[]): number =>
  spans.reduce((sum, { from, to }) => sum + to - from, 0);

function Axis({ scale, from }: { scale: TimeScale; from: number }) {
  const middles = scale.folds.map((fold) => (fold.from + fold.to) / 2);
  const ticks = TICKS.filter((tick) => middles.every((middle) => Math.abs(tick - middle) > TICK_ROOM));
  return (
    <span className="timeline-axis">
      {ticks.map((tick) => (
        <span key={tick} data-end={tick === 0 || tick === 1 ? tick : undefined} style={{ left: percent(tick) }}>
          {millisecondsText(scale.momentOf(tick) - from)}
        </span>
      ))}
      {scale.folds.map(({ from: begin, to: end, ms }) => {
        // at an end of the axis its text would stand outside
        const [at, side] = end > 1 - EDGE ? [end, 1] : begin < EDGE ? [begin, 0] : [(begin + end) / 2, undefined];
        return (
          <span key={begin} data-end={side} style={{ left: percent(at) }}>
            ⋯ {millisecondsText(ms)}
          </span>
        );
      })}
    </span>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly name: string;
  readonly scale: TimeScale;
  /** End of the bars of steps that still run. */
  readonly now: number;
  readonly isSelected: boolean;
  readonly onSelect: (chosen: ShownTry) => void;
}

function Row({ row, name, scale, now, isSelected, onSelect }: RowProps) {
  const { t } = useTexts('flowRun');
  const { tries, depth, index } = row;
  const [first, last] = [tries[0], tries.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <button type="button" className="timeline-row" aria-current={isSelected} onClick={() => onSelect(last)}>
      <span className="timeline-name" style={{ paddingLeft: depth * 16 }} title={name}>
        {name}
        {index !== undefined && <small>#{index + 1}</small>}
        {tries.length > 1 && <small>{t('graph.attempts', { count: tries.length })}</small>}
      </span>
      <StatusMark status={last.status} />
      <span className="timeline-took">{millisecondsText((last.endedAt ?? now) - first.startedAt)}</span>
      <span className="timeline-bars">
        {scale.folds.map((fold) => (
          <i
            key={fold.from}
            className="bar-fold"
            style={{ left: percent(fold.from), width: percent(fold.to - fold.from) }}
          />
        ))}
        {barsOf(row, scale, now).map((bar) => (
          <i
            key={`${bar.kind}${bar.from}`}
            className={`bar-${bar.kind}`}
            style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
          />
        ))}
      </span>
    </button>
  );
}
