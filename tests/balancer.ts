import { Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface BalancedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

export interface BalancedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Backend {
  /** Address of the API at present; undefined while the server does not run. */
  readonly endpoint: () => string | undefined;
  isReady: boolean;
}

const LOOK_MS = 200;
/** Of one question whether a server is ready: a busy machine answers late, which is no reason to take it out. */
const ANSWER_MS = 20_000;
/** How long a call waits for a ready server. */
const PATIENCE_MS = 120_000;
/** A server ends idle connections later. */
const IDLE_MS = 1_000;

/**
 * Sends requests in turn to the servers that are ready, as a balancer in front of them would. A request goes to another
 * server only when it was certainly not begun: no connection came about, or a kept one had ended before it.
 */
export class Balancer {
  readonly #backends: readonly Backend[];
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' });
  readonly #end = new AbortController();
  readonly #looks: Promise<void>;
  #turn = 0;

  constructor(endpoints: readonly (() => string | undefined)[]) {
    this.#backends = endpoints.map((endpoint) => ({ endpoint, isReady: false }));
    this.#looks = Promise.all(this.#backends.map((backend) => this.#follow(backend))).then(() => undefined);
  }

  /** Whether each server is ready, as far as the balancer knows. */
  get ready(): readonly boolean[] {
    return this.#backends.map(({ isReady }) => isReady);
  }

  /** Rejects when an answer is lost, or no server is ready for two minutes. */
  async send(request: BalancedRequest): Promise<BalancedAnswer> {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      const endpoint = this.#next();
      const answer = endpoint === undefined ? undefined : await this.#attempt(endpoint, request);
      if (answer !== undefined) return answer;
      await later(LOOK_MS / 4);
    }
    throw new Error(`no server was ready: ${JSON.stringify(this.ready)}`);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#agent.destroy();
    await this.#looks;
  }

  #next(): string | undefined {
    const ready = this.#backends.filter(({ isReady }) => isReady);
    this.#turn += 1;
    return ready[this.#turn % Math.max(ready.length, 1)]?.endpoint();
  }

  /** Undefined when the request was certainly not begun. */
  #attempt(endpoint: string, { method, path, headers, body }: BalancedRequest): Promise<BalancedAnswer | undefined> {
    return new Promise((resolve, reject) => {
      const sending = httpRequest(new URL(path, endpoint), { method, headers, agent: this.#agent });
      let isConnected = false;
      sending.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (isConnected = true));
        else isConnected = true;
      });
      sending.once('error', (error: NodeJS.ErrnoException) => {
        // the server had ended the kept connection before the request came
        const isStale = sending.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (!isConnected || isStale) resolve(undefined);
        else reject(error);
      });
      sending.once('response', (response) => {
        const { statusCode: status = 0, headers: answered } = response;
        buffer(response).then((bytes) => resolve({ status, headers: answered, body: bytes }), reject);
      });
      sending.end(body);
    });
  }

  async #follow(backend: Backend): Promise<void> {
    while (!this.#end.signal.aborted) {
      backend.isReady = await this.#asks(backend.endpoint());
      await later(LOOK_MS);
    }
  }

  async #asks(endpoint: string | undefined): Promise<boolean> {
    if (endpoint === undefined) return false;
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      const answer = await fetch(new URL('/v1/ready', endpoint), { signal });
      await answer.body?.cancel();
      return answer.status === 200;
    } catch {
      return false;
    }
  }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
