import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Of a server whose functions keep such an account: without isolation they can write it. Few run at once: after a restart
 * one hundred would start for the events that wait, and leave the machine no time for anything else.
 */
export const ACCOUNTING: readonly string[] = ['--sandbox', 'process', '--account-concurrency', '8'];

/** Where functions without isolation keep an account of their runs, outside of everything that is killed. */
export class AccountFolder {
  readonly path: string;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'funcgraph-account-'));
    chmodSync(this.path, 0o777);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A statement of a function that appends a line to a file; `words` is a list of expressions. */
export function noting(file: string, words: string): string {
  return `require('node:fs').appendFileSync(${JSON.stringify(file)}, [${words}].join(' ') + '\\n');`;
}

/** The words of each complete line. */
export function noted(file: string): string[][] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => line.split(' '));
}

/** How many calls ran at the same moment, of those that note their begin and end with the time. */
export function mostAtOnce(file: string): number {
  return peakOf(noted(file).map(([what, at]) => ({ at: Number(at), by: what === 'begin' ? 1 : -1 })));
}

/** The largest sum of changes so far, in the order of their times; what ends in a moment ends before what begins in it. */
export function peakOf(changes: readonly { readonly at: number; readonly by: number }[]): number {
  let now = 0;
  let most = 0;
  for (const { by } of changes.toSorted((x, y) => x.at - y.at || x.by - y.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
