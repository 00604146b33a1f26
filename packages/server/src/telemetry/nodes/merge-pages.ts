/** What one server found behind a position. */
export interface SourcePage<Item> {
  /** Of the server. */
  readonly home: string;
  /** Position that the page continues; undefined for the first page. */
  readonly start: string | undefined;
  /** In the order of the query. */
  readonly items: readonly Item[];
  /** Position behind each item. */
  readonly places: readonly string[];
  /** Position behind the page; null when the server has no more. */
  readonly next: string | null;
}

/** Where a server goes on: undefined at its begin, null when it has no more. */
export type Position = string | null | undefined;

export interface MergedPage<Item> {
  readonly items: readonly Item[];
  readonly positions: ReadonlyMap<string, Position>;
}

/**
 * The first `limit` items of all servers in one order. A page ends earlier where a server has more that it did not send:
 * items of others may come behind them. Of equal items, those of the server that stands first come first.
 */
export function mergePages<Item>(
  pages: readonly SourcePage<Item>[],
  limit: number,
  isBefore: (a: Item, b: Item) => boolean,
): MergedPage<Item> {
  const taken = pages.map(() => 0);
  const items: Item[] = [];
  while (items.length < limit) {
    let first: { readonly at: number; readonly item: Item } | undefined;
    let hasUnsent = false;
    for (const [at, page] of pages.entries()) {
      const item = page.items[taken[at] ?? 0];
      if (item === undefined) hasUnsent ||= page.next !== null;
      else if (first === undefined || isBefore(item, first.item)) first = { at, item };
    }
    if (first === undefined || hasUnsent) break;
    items.push(first.item);
    taken[first.at] = (taken[first.at] ?? 0) + 1;
  }
  return { items, positions: new Map(pages.map((page, at) => [page.home, positionOf(page, taken[at] ?? 0)])) };
}

function positionOf<Item>({ start, items, places, next }: SourcePage<Item>, taken: number): Position {
  if (taken === items.length) return next;
  return taken === 0 ? start : places[taken - 1];
}
