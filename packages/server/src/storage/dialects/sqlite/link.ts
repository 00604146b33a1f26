import type { Transferable } from 'node:worker_threads';
import { type PendingCall, WorkerThread } from '../../../lib/worker-thread.ts';
import type { EngineLink, EngineResult } from '../../engine/link.ts';
import { databaseClosed } from '../../engine/refusals.ts';
import { GroupCommitEngine, type SqliteCall } from './engine.ts';

export interface SqliteLink extends EngineLink {
  call(call: SqliteCall, transfer?: readonly Transferable[]): Promise<EngineResult>;
}

/** An engine in a thread of its own, so that fsync never blocks the event loop. */
export function threadLink(file: string, onDeath?: (error: Error) => void): Promise<SqliteLink> {
  return WorkerThread.start<SqliteCall, EngineResult>({
    from: import.meta.url,
    entry: './engine-thread',
    name: 'storage',
    data: file,
    maxPending: 50_000,
    ...(onDeath === undefined ? {} : { onDeath }),
  });
}

/** The same engine in this thread, for databases in memory: the calls of one turn form one batch as well. */
export class InlineLink implements SqliteLink {
  readonly #engine: GroupCommitEngine;
  #batch: PendingCall<SqliteCall, EngineResult>[] = [];
  #closed = false;

  constructor(file: string) {
    this.#engine = new GroupCommitEngine(file);
  }

  call(call: SqliteCall): Promise<EngineResult> {
    if (this.#closed) {
      return Promise.reject(databaseClosed());
    }
    if (this.#batch.length === 0) queueMicrotask(() => this.#run());
    return new Promise((resolve, reject) => {
      this.#batch.push({ call, resolve, reject });
    });
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#run();
      this.#closed = true;
      this.#engine.close();
    }
    return Promise.resolve();
  }

  #run(): void {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length > 0) this.#engine.handle(batch, () => {});
  }
}
