import type { Affected } from './affected.ts';

const SETTLE_MS = 15;

/** Names of functions; undefined for everything. */
export type Batch = Omit<Extract<Affected, { kind: 'functions' }>, 'kind'> | undefined;

interface Work {
  deploy(batch: Batch): Promise<void>;
  readonly setTimer: (run: () => void, ms: number) => void;
}

/** Gathers changes for a moment, and deploys them one after another; what changes meanwhile comes next. */
export class Redeployer {
  readonly #work: Work;
  readonly #inside = new Set<string>();
  readonly #sources = new Set<string>();
  #isWhole = false;
  #state: 'idle' | 'gathering' | 'deploying' = 'idle';

  constructor(work: Work) {
    this.#work = work;
  }

  note(affected: Affected): void {
    if (affected.kind === 'file') this.#isWhole = true;
    else {
      for (const name of affected.inside) this.#inside.add(name);
      // a build may write anywhere: what it writes must not start it again
      if (this.#state !== 'deploying') for (const name of affected.sources) this.#sources.add(name);
    }
    this.#start();
  }

  #start(): void {
    if (this.#state !== 'idle' || (!this.#isWhole && this.#inside.size + this.#sources.size === 0)) return;
    this.#state = 'gathering';
    this.#work.setTimer(() => void this.#run(), SETTLE_MS);
  }

  async #run(): Promise<void> {
    this.#state = 'deploying';
    const batch = this.#isWhole ? undefined : { inside: [...this.#inside], sources: [...this.#sources] };
    this.#isWhole = false;
    this.#inside.clear();
    this.#sources.clear();
    await this.#work.deploy(batch);
    this.#state = 'idle';
    this.#start();
  }
}
