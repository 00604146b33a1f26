import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { AsyncConfigStore } from './async-config-store.ts';

/** Names of the group and stream in the cloud's log service; here the lines are in the functions' own logs. */
export interface AsyncStatusLog {
  readonly groupName: string;
  readonly groupId: string;
  readonly streamName: string;
  readonly streamId: string;
}

/** Projects that have a log of the status of asynchronous invocations. It cannot be disabled again, as in the API. */
export class AsyncStatusLogs {
  readonly #store: AsyncConfigStore;
  readonly #clock: Clock;

  constructor(store: AsyncConfigStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Durable when it resolves. Does nothing the second time. */
  async enable(projectId: string): Promise<void> {
    await this.#store.enableStatusLog(projectId, this.#clock.now());
  }

  /** Always the same for one project; undefined until it is enabled. */
  async find(projectId: string): Promise<AsyncStatusLog | undefined> {
    if (!(await this.#store.hasStatusLog(projectId))) return undefined;
    return {
      groupName: `functiongraph.log.group.${projectId}`,
      groupId: idOf(`group ${projectId}`),
      streamName: 'async-status',
      streamId: idOf(`stream ${projectId}`),
    };
  }
}

function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [8, 12, 16, 20, 32].map((end, at) => hex.slice([0, 8, 12, 16, 20][at], end)).join('-');
}
