import { type ReactNode, useState } from 'react';
import { ROW, rowWindow } from './row-window.ts';

interface WindowedListProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string | number;
  readonly render: (row: T) => ReactNode;
}

/** A list of any length, of which only the rows in view are drawn. */
export function WindowedList<T>({ label, rows, rowKey, render }: WindowedListProps<T>) {
  const [top, setTop] = useState(0);
  const { first, last } = rowWindow(top, rows.length);
  return (
    <section
      className="windowed"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard too
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <ol style={{ height: rows.length * ROW, paddingTop: first * ROW }}>
        {rows.slice(first, last).map((row) => (
          <li key={rowKey(row)}>{render(row)}</li>
        ))}
      </ol>
    </section>
  );
}
