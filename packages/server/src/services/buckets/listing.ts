import { behindKey, behindPrefix, commonPrefix } from './key-range.ts';

/** Where a page continues: at keys from `from` on; `behindId`: of the key `from` itself only rows with a greater id. */
export interface Position {
  readonly from: Buffer;
  readonly behindId?: string | undefined;
}

export interface KeyRow {
  readonly key: Buffer;
  /** Orders rows of one key; absent where a key has one row. */
  readonly id?: string;
}

export interface PageRequest {
  readonly prefix: Buffer;
  /** Empty for none. */
  readonly delimiter: Buffer;
  /** Empty for the begin. */
  readonly after: Buffer;
  /** Continues behind this row of the key `after`. */
  readonly afterId?: string | undefined;
  /** Rows and prefixes. */
  readonly limit: number;
}

/** Returns at most `limit` rows in order from the position on, with keys below `end`. */
export type FetchRows<Row> = (position: Position, end: Buffer | undefined, limit: number) => Promise<readonly Row[]>;

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly prefixes: readonly Buffer[];
  /** Present when there is more: the last entry. */
  readonly next?: { readonly after: Buffer; readonly afterId?: string };
}

/** Rows of one look below a delimiter: few while most of them share a prefix, more while each is an entry. */
const FEWEST = 8;
const MOST = 1001;

/**
 * One page of a listing. With a delimiter it goes on behind each common prefix, so that keys below it are not read, apart
 * from the few that the same look found.
 */
export async function listPage<Row extends KeyRow>(request: PageRequest, fetch: FetchRows<Row>): Promise<Page<Row>> {
  const { prefix, delimiter, limit } = request;
  const end = behindPrefix(prefix);
  const rows: Row[] = [];
  const prefixes: Buffer[] = [];
  let last: Page<Row>['next'];
  let position = begin(request);
  let step = delimiter.length === 0 ? limit + 1 : FEWEST;
  while (limit > 0) {
    const found = await fetch(position, end, step);
    let used = 0;
    for (const row of found) {
      if (Buffer.compare(row.key, position.from) < 0) continue;
      used += 1;
      const common = commonPrefix(row.key, prefix, delimiter);
      if (rows.length + prefixes.length === limit) return { rows, prefixes, ...(last && { next: last }) };
      if (common === undefined) {
        rows.push(row);
        last = { after: row.key, ...(row.id !== undefined && { afterId: row.id }) };
        position = row.id === undefined ? { from: behindKey(row.key) } : { from: row.key, behindId: row.id };
      } else {
        prefixes.push(common);
        last = { after: common };
        const behind = behindPrefix(common);
        if (behind === undefined) break;
        position = { from: behind };
      }
    }
    if (found.length < step) break;
    step = used === found.length ? Math.min(step * 4, MOST) : Math.max(Math.floor(step / 4), FEWEST);
  }
  return { rows, prefixes };
}

function begin({ prefix, delimiter, after, afterId }: PageRequest): Position {
  if (Buffer.compare(after, prefix) < 0) return { from: prefix };
  if (afterId !== undefined) return { from: after, behindId: afterId };
  const common = after.subarray(0, prefix.length).equals(prefix) ? commonPrefix(after, prefix, delimiter) : undefined;
  const behind = common?.length === after.length ? behindPrefix(after) : undefined;
  return { from: behind ?? behindKey(after) };
}
