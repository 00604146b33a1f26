import { readFileSync } from 'node:fs';
import type { Secret } from '../../packages/server/src/lib/secret.ts';
import type { Row } from './report.ts';
import { startTarget, type Target } from './target.ts';

/** What every section measures with. */
export interface Bench {
  readonly measureMs: number;
  /** Port of the bare `node:http` server. */
  readonly baselinePort: number;
  /** Where the server writes a CPU profile, when one is wanted. */
  readonly profileDir: string | undefined;
  /** An empty PostgreSQL database for each server; undefined for SQLite. */
  readonly newDatabase: (() => Promise<Secret>) | undefined;
  progress(text: string): void;
}

/** One subject of the bench; starts the servers it needs and stops them. */
export type Section = (bench: Bench) => Promise<readonly Row[]>;

export async function withTarget<T>(
  { profileDir, newDatabase }: Pick<Bench, 'profileDir' | 'newDatabase'>,
  extra: readonly string[],
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const target = await startTarget({ profileDir, extra, database: await newDatabase?.() });
  try {
    return await work(target);
  } finally {
    await target.stop();
  }
}

/** Kilobytes of physical memory of a process, shared pages divided among their users. */
export function memoryKb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

export const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

export const percentile = (list: readonly number[], share: number): number =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;

/** A plain request as bytes. */
export const plainRequest = (method: string, path: string, body = ''): Buffer =>
  Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: x\r\n${body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`}\r\n${body}`,
  );
