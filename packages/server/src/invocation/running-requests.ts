import { formatUrn } from '@funcgraph/api';
import type { Clock } from '../lib/clock.ts';
import type { InvocationRequest } from './types.ts';

interface RunningRequest {
  readonly requestId: string;
  readonly functionUrn: string;
  readonly mode: InvocationRequest['mode'];
  readonly ranMs: number;
}

/** Running invocations, for shutdown. On the warm path: it adds and removes one object. */
export class RunningRequests {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By slot, with gaps; a Set would keep requests in memory that have ended, see `SlotMap`. */
  readonly #running: (InvocationRequest | undefined)[] = [];
  readonly #free: number[] = [];
  #isCut = false;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Returns the slot to pass to `end`. */
  begin(request: InvocationRequest): number {
    const slot = this.#free.pop() ?? this.#running.length;
    this.#running[slot] = request;
    return slot;
  }

  end(slot: number): void {
    this.#running[slot] = undefined;
    this.#free.push(slot);
  }

  /** Whether shutdown stops instances during invocations; their failures then count as the platform's. */
  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
  }

  get size(): number {
    return this.#running.length - this.#free.length;
  }

  /** At most `most`, longest running first. */
  list(most: number): RunningRequest[] {
    const now = this.#clock.monotonic();
    const running = this.#running.filter((request) => request !== undefined);
    running.sort((one, other) => one.receivedAt - other.receivedAt);
    return running.slice(0, most).map(({ requestId, urn, mode, receivedAt }) => ({
      requestId,
      functionUrn: formatUrn(urn),
      mode,
      ranMs: Math.round(now - receivedAt),
    }));
  }
}
