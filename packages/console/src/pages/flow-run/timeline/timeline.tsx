import { useMemo } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { millisecondsText } from '../duration-text.ts';
import type { RunModel, ShownTry } from '../model/run-model.ts';
import { StatusMark } from '../status-mark.tsx';
import { WindowedList } from '../windowed-list.tsx';
import { barsOf, type TimelineRow, timelineRows } from './rows.ts';
import { useNow } from './use-now.ts';

const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;
const percent = (part: number) => `${(part * 100).toFixed(3)}%`;

interface TimelineProps {
  readonly model: RunModel;
  readonly names: ReadonlyMap<string, string>;
  readonly selected: ShownTry | undefined;
  readonly onSelect: (chosen: ShownTry) => void;
}

/** Each node, iteration and branch over time, with its attempts and waits. */
export function Timeline({ model, names, selected, onSelect }: TimelineProps) {
  const { t } = useTexts('flowRun');
  const rows = useMemo(() => timelineRows(model), [model]);
  const now = useNow(model.startedAt !== undefined && model.endedAt === undefined);
  const from = model.startedAt ?? now;
  const to = Math.max(model.endedAt ?? now, from + 1);
  return (
    <div className="timeline">
      <div className="timeline-row timeline-head" aria-hidden>
        <span>{t('timeline.node')}</span>
        <span>{t('timeline.status')}</span>
        <span>{t('timeline.took')}</span>
        <span className="timeline-axis">
          {TICKS.map((tick) => (
            <span key={tick} style={{ left: percent(tick) }}>
              {millisecondsText((to - from) * tick)}
            </span>
          ))}
        </span>
      </div>
      <WindowedList
        label={t('timeline.title')}
        rows={rows}
        rowKey={(row) => row.key}
        render={(row) => (
          <Row
            row={row}
            name={names.get(row.node) ?? row.node}
            range={{ from, to }}
            isSelected={selected !== undefined && row.tries.includes(selected)}
            onSelect={onSelect}
          />
        )}
      />
    </div>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly name: string;
  readonly range: { readonly from: number; readonly to: number };
  readonly isSelected: boolean;
  readonly onSelect: (chosen: ShownTry) => void;
}

function Row({ row, name, range, isSelected, onSelect }: RowProps) {
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
      <span className="timeline-took">{millisecondsText((last.endedAt ?? range.to) - first.startedAt)}</span>
      <span className="timeline-bars">
        {barsOf(row, range).map((bar) => (
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
