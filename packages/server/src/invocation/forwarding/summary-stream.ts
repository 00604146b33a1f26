import { Readable } from 'node:stream';
import type { ClusterNode, NodeConnections } from '../../cluster/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { SUMMARY_PATH } from './nodes.ts';

/** The other node answers each message by a byte. No answer takes longer. */
const ANSWER_MS = 1_000;
/** Below the time that the other node allows for a request. */
const MOST_AGE_MS = 30 * 60_000;

interface StreamOptions {
  readonly node: ClusterNode;
  readonly connections: Pick<NodeConnections, 'request'>;
  readonly clock: Clock;
}

/**
 * Messages to one other node in the body of one long request: a request for each costs ten times the processor time. Once
 * over, it stays so: begin another one.
 */
export class SummaryStream {
  readonly #options: StreamOptions;
  readonly #body = new Readable({ read: () => {} });
  readonly #stop = new AbortController();
  readonly #begunAt: number;
  #isBegun = false;
  #isOver = false;
  #settle: ((isHeard: boolean) => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#begunAt = options.clock.monotonic();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves with whether the other node has read it. One at a time. */
  async tell(message: object): Promise<boolean> {
    if (this.#isOver) return false;
    const { clock } = this.#options;
    const heard = new Promise<boolean>((resolve) => {
      this.#settle = resolve;
    });
    this.#body.push(`${JSON.stringify(message)}\n`);
    const late = clock.after(ANSWER_MS, () => this.end());
    if (!this.#isBegun) this.#begin();
    const isHeard = await heard;
    late.cancel();
    if (clock.monotonic() - this.#begunAt > MOST_AGE_MS) this.end();
    return isHeard;
  }

  /** A message under way counts as not heard. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop.abort(new Error('the messages end here'));
    this.#body.destroy();
    this.#answer(false);
  }

  #begin(): void {
    this.#isBegun = true;
    const { node, connections } = this.#options;
    const request = { method: 'POST', path: SUMMARY_PATH, body: this.#body, signal: this.#stop.signal };
    connections.request(node, request).then(
      ({ status, body }) => {
        body.on('error', () => {}).once('close', () => this.end());
        if (status === 200) body.on('data', () => this.#answer(true));
        else this.end();
      },
      () => this.end(),
    );
  }

  #answer(isHeard: boolean): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(isHeard);
  }
}
