import { PlatformError } from '../../lib/platform-error.ts';

/** A page of a list by offset, and the fields of the answer about the rest. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_marker: number;
  readonly count: number;
}

/**
 * Cuts a page out of a whole list. `requested` of 0 or nothing means the largest page. `next_marker` is the offset after
 * the page, so a client that continues gets an empty page at the end. Throws `invalid_request`.
 */
export function pageOf<T>(
  all: readonly T[],
  {
    marker,
    requested,
    most,
  }: { readonly marker: string | undefined; readonly requested: string | undefined; readonly most: number },
): Page<T> {
  const offset = Number(marker ?? 0);
  const size = Number(requested ?? 0);
  if (offset < 0 || size < 0) throw new PlatformError('invalid_request', 'marker and maxitems must not be negative');
  const items = all.slice(offset, offset + (size === 0 ? most : Math.min(size, most)));
  return { items, next_marker: offset + items.length, count: all.length };
}

/**
 * A page of a list whose clients stop at a marker of 0. `limit` of 0 or nothing means the usual size. Throws
 * `invalid_request`.
 */
export function markedPage<T>(
  all: readonly T[],
  query: { readonly marker?: string | undefined; readonly limit?: string | undefined },
  size: { readonly usual: number; readonly most: number },
) {
  const offset = Number(query.marker ?? 0);
  const requested = Number(query.limit ?? 0);
  if (offset < 0 || requested < 0) throw new PlatformError('invalid_request', 'marker and limit must not be negative');
  const limit = requested === 0 ? size.usual : Math.min(requested, size.most);
  const items = all.slice(offset, offset + limit);
  const page_info = {
    next_marker: offset + items.length < all.length ? offset + items.length : 0,
    previous_marker: Math.max(0, offset - limit),
    current_count: items.length,
  };
  return { items, page_info, count: all.length };
}
