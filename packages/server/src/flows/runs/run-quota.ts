import { PlatformError } from '../../lib/platform-error.ts';
import type { UpkeepStore } from './store/upkeep-store.ts';

export interface RunQuotaLimits {
  /** Stored runs of a project, running or ended. */
  readonly runs: number;
  /** Of their events and values. */
  readonly bytes: number;
}

interface Use {
  runs: number;
  bytes: number;
}

/**
 * What the stored runs of each project use. Read from the database from time to time; between two readings what the runs
 * of this server store is added, so that the limits hold up to what other servers added meanwhile.
 */
export class RunQuota {
  readonly #store: Pick<UpkeepStore, 'usage'>;
  readonly #limits: RunQuotaLimits;
  #used = new Map<string, Use>();

  constructor(store: Pick<UpkeepStore, 'usage'>, limits: RunQuotaLimits) {
    this.#store = store;
    this.#limits = limits;
  }

  async read(): Promise<void> {
    const usage = await this.#store.usage();
    this.#used = new Map(usage.map(({ projectId, runs, bytes }) => [projectId, { runs, bytes }]));
  }

  /** Throws `flow_run_quota` or `flow_storage_quota`. */
  reserve(projectId: string, bytes: number): { release(): void } {
    const { runs, bytes: most } = this.#limits;
    const use = this.usage(projectId);
    if (use.runs >= runs) {
      throw new PlatformError('flow_run_quota', `the project has ${use.runs} runs of flows, of ${runs}`, {
        hint: 'Ended runs are removed after the days of --flow-retain-days.',
      });
    }
    if (use.bytes + bytes > most) {
      throw new PlatformError('flow_storage_quota', `the runs of the project use ${use.bytes} bytes, of ${most}`, {
        hint: 'Ended runs are removed after the days of --flow-retain-days. Pass large values by reference.',
      });
    }
    this.add(projectId, 1, bytes);
    return { release: () => this.add(projectId, -1, -bytes) };
  }

  /** As of the last reading, with what this server stored since. */
  usage(projectId: string): Readonly<Use> {
    return this.#used.get(projectId) ?? { runs: 0, bytes: 0 };
  }

  /** Whether the stored bytes of the project have reached their limit. */
  isFull(projectId: string): boolean {
    return this.usage(projectId).bytes >= this.#limits.bytes;
  }

  add(projectId: string, runs: number, bytes: number): void {
    const use = this.usage(projectId);
    this.#used.set(projectId, { runs: use.runs + runs, bytes: use.bytes + bytes });
  }
}
