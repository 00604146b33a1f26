import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
  /** The connection ends after the body, however long the answer was said to be. */
  readonly cut?: true;
}

/** A server for the CLI to talk to: answers by `METHOD /path`, records its requests, 404 for the rest. */
export class FakeServer implements AsyncDisposable {
  readonly seen: SeenRequest[] = [];
  readonly #answers = new Map<string, (request: SeenRequest) => FakeAnswer>();
  readonly #server = createServer((request, response) => void this.#take(request, response));

  static async start(): Promise<FakeServer> {
    const fake = new FakeServer();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  on(route: string, answer: FakeAnswer | ((request: SeenRequest) => FakeAnswer)): void {
    this.#answers.set(route, typeof answer === 'function' ? answer : () => answer);
  }

  /** The requests of one route, in order. */
  requests(route: string): SeenRequest[] {
    return this.seen.filter((request) => `${request.method} ${request.path}` === route);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://fake');
    const seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    this.seen.push(seen);
    const answer: FakeAnswer = this.#answers.get(`${seen.method} ${seen.path}`)?.(seen) ?? {
      status: 404,
      body: { error_code: 'FSS.1051', error_msg: 'There is no such function.' },
    };
    const { status = 200, headers = {}, body = '', cut } = answer;
    const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (cut) response.write(bytes, () => response.destroy());
    else response.end(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
