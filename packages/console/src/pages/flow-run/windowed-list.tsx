import { type ReactNode, useState } from 'react';

interface WindowedListProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string | number;
  readonly render: (row: T) => ReactNode;
}

const ROW = 34;
const HEIGHT = 408;
/** Rows above and below those in view. */
const SPARE = 12;

/** A list of any length, of which only the rows in view are drawn. */
export function WindowedList<T>({ label, rows, rowKey, render }: WindowedListProps<T>) {
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.min(Math.floor(top / ROW) - SPARE, rows.length));
  const last = Math.min(rows.length, first + Math.ceil(HEIGHT / ROW) + 2 * SPARE);
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
