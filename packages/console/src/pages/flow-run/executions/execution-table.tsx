import CaretDownOutlined from '@ant-design/icons/es/icons/CaretDownOutlined';
import CaretUpOutlined from '@ant-design/icons/es/icons/CaretUpOutlined';
import type { NodeKind } from '@funcgraph/flow';
import { useMemo, useRef, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { useWords } from '../../../parts/flow-graph/index.ts';
import { momentText } from '../../../parts/moment-text.ts';
import { useNumbers } from '../../../parts/numbers.ts';
import { usePreferences } from '../../../preferences/index.ts';
import { millisecondsText } from '../duration-text.ts';
import type { RunModel, ShownTry } from '../model/run-model.ts';
import { ROW, rowWindow } from '../row-window.ts';
import { StatusMark } from '../status-mark.tsx';
import { useNow } from '../timeline/use-now.ts';
import { COLUMNS, type ExecutionRow, executionRows, nextSorting, readSorting, sortedRows } from './execution-rows.ts';
import './execution-table.css';

interface ExecutionTableProps {
  readonly model: RunModel;
  readonly names: ReadonlyMap<string, string>;
  readonly kindOf: (node: string) => NodeKind | undefined;
  readonly selected: ShownTry | undefined;
  readonly onSelect: (chosen: ShownTry) => void;
  /** See `readSorting`. */
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** The executions of the nodes with their figures, of which only the rows in view are drawn. */
export function ExecutionTable(props: ExecutionTableProps) {
  const { model, names, kindOf, selected, onSelect, sort, onSort } = props;
  const { t, i18n } = useTexts('flowRun');
  const { kindName } = useWords();
  const [top, setTop] = useState(0);
  const element = useRef<HTMLElement>(null);
  const now = useNow(model.startedAt !== undefined && model.endedAt === undefined);
  const sorting = readSorting(sort);
  const rows = useMemo(() => {
    const nameOf = (node: string) => names.get(node) ?? node;
    const statusName = (status: ShownTry['status']) => t(`status.${status}`);
    const inOrder = executionRows(model, { nameOf, kindOf, kindName, statusName }, model.endedAt ?? now);
    return sortedRows(inOrder, readSorting(sort), i18n.language);
  }, [model, names, kindOf, kindName, now, sort, t, i18n.language]);
  const sortBy = (next: string) => {
    // a sorted table is read from its first row on
    element.current?.scrollTo({ top: 0 });
    onSort(next);
  };
  const { first, last } = rowWindow(top, rows.length);
  return (
    <section
      ref={element}
      className="windowed executions"
      aria-label={t('table.label')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard too
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => {
              const isSorted = sorting?.by === column;
              return (
                <th
                  key={column}
                  scope="col"
                  className={`execution-${column}`}
                  {...(isSorted ? { 'aria-sort': sorting.isDown ? 'descending' : 'ascending' } : {})}
                >
                  <button type="button" onClick={() => sortBy(nextSorting(column, sorting))}>
                    {t(`table.${column}`)}
                    {isSorted && (sorting.isDown ? <CaretDownOutlined aria-hidden /> : <CaretUpOutlined aria-hidden />)}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          <Space rows={first} />
          {rows.slice(first, last).map((row, at) => (
            <Row
              key={row.key}
              row={row}
              index={first + at + 2}
              from={model.startedAt ?? row.began}
              isFlat={sorting !== undefined}
              isSelected={selected !== undefined && row.last.node === selected.node && row.last.nth === selected.nth}
              onSelect={onSelect}
            />
          ))}
          <Space rows={rows.length - last} />
        </tbody>
      </table>
    </section>
  );
}

/** In place of rows that are not drawn. */
function Space({ rows }: { rows: number }) {
  return (
    rows > 0 && (
      <tr aria-hidden>
        <td colSpan={COLUMNS.length} style={{ height: rows * ROW }} />
      </tr>
    )
  );
}

interface RowProps {
  readonly row: ExecutionRow;
  /** Among all rows, with the head as the first. */
  readonly index: number;
  /** Begin of the run. */
  readonly from: number;
  /** Without the structure of loops and branches. */
  readonly isFlat: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (chosen: ShownTry) => void;
}

function Row({ row, index, from, isFlat, isSelected, onSelect }: RowProps) {
  const numbers = useNumbers();
  const { name, iteration, depth, kind, began, took, attempts, input, output, last } = row;
  const { text, hint } = momentText(began, Date.now(), usePreferences());
  return (
    <tr aria-rowindex={index} aria-current={isSelected}>
      <td className="execution-name" style={{ paddingLeft: 16 + (isFlat ? 0 : depth * 16) }} title={name}>
        <button type="button" onClick={() => onSelect(last)}>
          {name}
          {iteration !== '' && <small>#{iteration}</small>}
        </button>
      </td>
      <td>{kind}</td>
      <td>
        <StatusMark status={last.status} />
      </td>
      <td className="execution-began" title={`${text}\n${hint}`}>
        +{millisecondsText(began - from)}
      </td>
      <td className="execution-took">{millisecondsText(took)}</td>
      <td className="execution-attempts">{attempts}</td>
      <td className="execution-input">{numbers.bytes(input)}</td>
      <td className="execution-output">{output === undefined ? '–' : numbers.bytes(output)}</td>
    </tr>
  );
}
