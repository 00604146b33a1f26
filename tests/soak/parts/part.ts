import type { Soak } from '../soak.ts';

/** One kind of trouble. It is made again and again as long as there is time, each time for less than a minute. */
export interface Part {
  readonly name: string;
  /** A line for --help. */
  readonly what: string;
  /**
   * What callers may notice: nothing; calls that fail and say so; a server that is gone for a while. After `restart` come
   * no measurements that compare, so these parts are first.
   */
  readonly callers: 'nothing' | 'failures' | 'restart';
  readonly needsRoot?: boolean;
  readonly needsPostgres?: boolean;
  /** Throws when the server does not do what it should; resolves with a figure for the summary. */
  readonly run: (soak: Soak) => Promise<string>;
}
