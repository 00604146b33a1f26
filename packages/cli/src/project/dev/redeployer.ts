import type { Affected } from './affected.ts';

const SETTLE_MS = 15;

export interface Batch extends Omit<Extract<Affected, { kind: 'functions' }>, 'kind'> {
  /** The project file changed. */
  readonly isWhole: boolean;
}

export const NOTHING: Batch = { isWhole: false, inside: [], sources: [] };

export function joined(a: Batch, b: Batch): Batch {
  const both = (key: 'inside' | 'sources') => [...new Set([...a[key], ...b[key]])];
  return { isWhole: a.isWhole || b.isWhole, inside: both('inside'), sources: both('sources') };
}

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
      for (const name of affected.sources) this.#sources.add(name);
    }
    this.#start();
  }

  /** Its build reads everything from now on. */
  begins(owner: string): void {
    this.#sources.delete(owner);
    this.#inside.delete(owner);
  }

  #start(): void {
    if (this.#state !== 'idle' || (!this.#isWhole && this.#inside.size + this.#sources.size === 0)) return;
    this.#state = 'gathering';
    this.#work.setTimer(() => void this.#run(), SETTLE_MS);
  }

  async #run(): Promise<void> {
    this.#state = 'deploying';
    const batch = { isWhole: this.#isWhole, inside: [...this.#inside], sources: [...this.#sources] };
    this.#isWhole = false;
    this.#inside.clear();
    this.#sources.clear();
    await this.#work.deploy(batch);
    this.#state = 'idle';
    this.#start();
  }
}
