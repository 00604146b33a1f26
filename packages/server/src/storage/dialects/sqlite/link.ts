import { type PendingCall, WorkerThread } from '../../../lib/worker-thread.ts';
import { databaseClosed } from '../../refusals.ts';
import { GroupCommitEngine } from './engine.ts';
import type { EngineCall, EngineLink, EngineResult } from './engine-link.ts';

/** An engine in a thread of its own, so that fsync never blocks the event loop. */
export function threadLink(file: string, onDeath?: (error: Error) => void): Promise<EngineLink> {
  return WorkerThread.start<EngineCall, EngineResult>({
    from: import.meta.url,
    entry: './engine-thread',
    name: 'storage',
    data: file,
    maxPending: 50_000,
    ...(onDeath === undefined ? {} : { onDeath }),
  });
}

/** The same engine in this thread, for databases in memory: the calls of one turn form one batch as well. */
export class InlineLink implements EngineLink {
  readonly #engine: GroupCommitEngine;
  #batch: PendingCall<EngineCall, EngineResult>[] = [];
  #closed = false;

  constructor(file: string, content?: Buffer) {
    this.#engine = new GroupCommitEngine(file, content);
  }

  call(call: EngineCall): Promise<EngineResult> {
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
