import type { Clock } from '../../../lib/clock.ts';

/** What the flows of one project may log on this server in a second, as one instance of a function may. */
const LINES_A_SECOND = 5_000;
const BYTES_A_SECOND = 8 * 1024 * 1024;

export interface LogRequest {
  readonly projectId: string;
  readonly flowId: string;
  readonly lines: number;
  readonly bytes: number;
}

/** Keeps the express runs of one project from pushing the lines of others out of the buffer of the log. */
export class LogShare {
  readonly #clock: Pick<Clock, 'now'>;
  #second = 0;
  /** Of this second, by project. */
  readonly #passed = new Map<string, { lines: number; bytes: number }>();
  /** Flows that were refused in this second. */
  readonly #refused = new Set<string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Whether all lines of a run may be written; `first-refused` is the first refusal of its flow in a second. */
  admit({ projectId, flowId, lines, bytes }: LogRequest): 'admitted' | 'first-refused' | 'refused' {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#passed.clear();
      this.#refused.clear();
    }
    const passed = this.#passed.get(projectId) ?? { lines: 0, bytes: 0 };
    if (passed.lines + lines > LINES_A_SECOND || passed.bytes + bytes > BYTES_A_SECOND) {
      if (this.#refused.has(flowId)) return 'refused';
      this.#refused.add(flowId);
      return 'first-refused';
    }
    this.#passed.set(projectId, { lines: passed.lines + lines, bytes: passed.bytes + bytes });
    return 'admitted';
  }
}
