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
  readonly #running = new Set<InvocationRequest>();
  #isCut = false;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  begin(request: InvocationRequest): void {
    this.#running.add(request);
  }

  end(request: InvocationRequest): void {
    this.#running.delete(request);
  }

  /** Whether shutdown stops instances during invocations; their failures then count as the platform's. */
  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
  }

  get size(): number {
    return this.#running.size;
  }

  /** At most `most`, longest running first. */
  list(most: number): RunningRequest[] {
    const now = this.#clock.monotonic();
    return [...this.#running].slice(0, most).map(({ requestId, urn, mode, receivedAt }) => ({
      requestId,
      functionUrn: formatUrn(urn),
      mode,
      ranMs: Math.round(now - receivedAt),
    }));
  }
}
