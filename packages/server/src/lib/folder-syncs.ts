import { syncFolder } from './durable-file.ts';

/**
 * Makes the names of folders durable, once for all that ask while an earlier sync of the folder runs. A name that was made
 * before the call is on disk when it resolves. A failed sync rejects for all that shared it.
 */
export class FolderSyncs {
  readonly #sync: (path: string) => Promise<void>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  constructor(sync: (path: string) => Promise<void> = syncFolder) {
    this.#sync = sync;
  }

  sync(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running === undefined) return this.#run(path);
    const waiting = this.#next.get(path);
    if (waiting !== undefined) return waiting;
    // the running one may have begun before the name was made
    const next = running
      .catch(() => {})
      .then(() => {
        this.#next.delete(path);
        return this.#run(path);
      });
    this.#next.set(path, next);
    return next;
  }

  #run(path: string): Promise<void> {
    const run = this.#sync(path).finally(() => {
      if (this.#running.get(path) === run) this.#running.delete(path);
    });
    this.#running.set(path, run);
    return run;
  }
}
