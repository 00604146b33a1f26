import type { TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { DataTable, type RowsQuery } from './data-table.tsx';
import { PageHeader } from './page-header.tsx';
import { SearchField } from './search-field.tsx';
import { useUrlState } from './url-state.ts';

interface ResourceListProps<Row> {
  readonly title: string;
  readonly intro: string;
  readonly actions?: ReactNode;
  readonly query: RowsQuery;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly columns: TableColumnsType<Row>;
  readonly search: string;
  /** The text of a row that the search looks in. */
  readonly textOf: (row: Row) => string;
  /** Filters beside the search. */
  readonly tools?: ReactNode;
  readonly empty: ReactNode;
}

/** A page with a list that the server sends whole: searched and cut into pages here. */
export function ResourceList<Row extends object>(props: ResourceListProps<Row>) {
  const { title, intro, actions, query, rows, rowKey, columns, search, textOf, tools, empty } = props;
  const [{ q, page, size }, setUrl] = useUrlState({ q: '', page: 1, size: 20 });
  const found = rows.filter((row) => textOf(row).toLowerCase().includes(q.toLowerCase()));
  return (
    <>
      <PageHeader title={title} intro={intro} actions={actions} />
      <DataTable
        query={query}
        rows={found.slice((page - 1) * size, page * size)}
        rowKey={rowKey}
        columns={columns}
        tools={
          <>
            <SearchField label={search} value={q} onSearch={(text) => setUrl({ q: text, page: 1 })} />
            {tools}
          </>
        }
        onClearSearch={q === '' ? undefined : () => setUrl({ q: '', page: 1 })}
        empty={empty}
        paging={{
          page,
          size,
          total: found.length,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
    </>
  );
}
