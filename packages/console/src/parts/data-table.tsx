import ReloadOutlined from '@ant-design/icons/es/icons/ReloadOutlined';
import { Button, Table, type TableColumnsType } from 'antd';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { useTexts } from '../i18n/index.ts';
import { EmptyState } from './empty-state.tsx';
import { ErrorView } from './error-view.tsx';
import './parts.css';
import { useShortcut } from './shortcuts/index.ts';

/** The keyboard reaches a table that is wider than its place, so that the arrow keys scroll it. */
function useTableScroll(table: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const content = table.current?.querySelector<HTMLElement>('.ant-table-content');
    const inner = content?.firstElementChild;
    if (!content || !inner) return;
    const reach = () => {
      if (content.scrollWidth > content.clientWidth) content.tabIndex = 0;
      else content.removeAttribute('tabindex');
    };
    const observer = new ResizeObserver(reach);
    observer.observe(content);
    observer.observe(inner);
    return () => observer.disconnect();
  });
}

const ROW = 'tbody tr[data-row-key]';

/** Moves the focus to the first link or button of the next row that has one. */
function moveFocus(table: HTMLElement | null, step: 1 | -1): void {
  const rows = [...(table?.querySelectorAll<HTMLElement>(ROW) ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : at + step];
  next?.querySelector<HTMLElement>('a, button')?.focus();
}

/** `j` and `k` move through the rows of a table. */
function useRowKeys(table: RefObject<HTMLElement | null>): void {
  const { t } = useTexts('parts');
  useShortcut('j', t('shortcuts.nextRow'), () => moveFocus(table.current, 1));
  useShortcut('k', t('shortcuts.previousRow'), () => moveFocus(table.current, -1));
}

/** The part of a query's state that a table shows. */
export interface RowsQuery {
  readonly isPending: boolean;
  readonly isFetching: boolean;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

interface DataTableProps<Row> {
  readonly query: RowsQuery;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly columns: TableColumnsType<Row>;
  /** Search and filters, above the rows; false: not even the button that reads again. */
  readonly tools?: ReactNode;
  /** Shown when there are no rows at all. */
  readonly empty: ReactNode;
  /** Set while a search or a filter may hide rows. */
  readonly onClearSearch?: (() => void) | undefined;
  /** Of rows that the server cuts into pages. */
  readonly paging?: Paging;
  /** Of columns with a `sorter`, which the server sorts. */
  readonly onSort?: (sorting: Sorting | undefined) => void;
}

export interface Sorting {
  /** The key of a column. */
  readonly by: string;
  readonly order: 'ascend' | 'descend';
}

export interface Paging {
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly onChange: (page: number, size: number) => void;
}

const PAGE_SIZES = [20, 50, 100];
/** At once, so that a list that the server sends as a whole scrolls smoothly. */
const MOST_ROWS = 100;

const OWN_PAGES = { pageSize: MOST_ROWS, showSizeChanger: false } as const;

type ShowTotal = (count: number) => string;

const serverPages = ({ page, size, total, onChange }: Paging, showTotal: ShowTotal) => ({
  current: page,
  pageSize: size,
  total,
  onChange,
  pageSizeOptions: PAGE_SIZES,
  showSizeChanger: total > (PAGE_SIZES[0] ?? 0),
  showTotal,
});

/** A list: tools above, rows, pages below; loading, failure, emptiness and "no match" included. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { query, rows, rowKey, columns, tools, empty, onClearSearch, paging, onSort } = props;
  const { t } = useTexts('parts');
  const element = useRef<HTMLDivElement>(null);
  useRowKeys(element);
  useTableScroll(element);
  if (query.error !== null && rows.length === 0)
    return <ErrorView error={query.error} onRetry={() => query.refetch()} />;
  const isEmpty = !query.isPending && rows.length === 0 && (paging === undefined || paging.total === 0);
  const showTotal: ShowTotal = (count) => t('total', { count });
  const refresh = (
    <Button
      icon={<ReloadOutlined spin={query.isFetching} />}
      aria-label={t('refresh')}
      onClick={() => query.refetch()}
    />
  );
  if (isEmpty && onClearSearch === undefined)
    return (
      <div className="surface data-table">
        {tools !== false && <div className="table-tools">{refresh}</div>}
        {empty}
      </div>
    );
  const noMatch = (
    <EmptyState
      title={t('noMatch.title')}
      text={t('noMatch.text')}
      action={<Button onClick={onClearSearch}>{t('noMatch.clear')}</Button>}
    />
  );
  return (
    <div className="surface data-table" ref={element}>
      {tools !== false && (
        <div className="table-tools">
          {tools}
          {refresh}
        </div>
      )}
      <Table<Row>
        columns={columns}
        dataSource={rows}
        rowKey={rowKey}
        size="medium"
        loading={query.isPending}
        showSorterTooltip={false}
        scroll={{ x: 'max-content' }}
        onChange={(_, __, sorter, { action }) => {
          if (action !== 'sort' || Array.isArray(sorter)) return;
          const { columnKey, order } = sorter;
          onSort?.(order ? { by: String(columnKey), order } : undefined);
        }}
        locale={{ emptyText: query.isPending ? <div className="empty-state" /> : noMatch }}
        pagination={
          !isEmpty && (paging ? serverPages(paging, showTotal) : rows.length > MOST_ROWS && { ...OWN_PAGES, showTotal })
        }
      />
    </div>
  );
}
