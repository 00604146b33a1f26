import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request, and of the answer of the service to it. */
export type Fault = 'slow-down' | 'access-denied' | 'wrong-bytes' | 'half' | 'cut-off' | 'page' | 'held';

const XML = { 'content-type': 'application/xml' };
const errorXml = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;

/** Stands before an HTTP service and spoils the requests that a test names. */
export class FaultyHttp {
  /** What goes wrong with a request; nothing for undefined. */
  fault: (method: string, path: string) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #held = new Set<() => void>();
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((incoming, answer) => {
      answer.on('error', () => {});
      void this.#pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  static async before(address: string): Promise<FaultyHttp> {
    const faulty = new FaultyHttp(Number(new URL(address).port));
    await new Promise<void>((resolve) => faulty.#server.listen(0, '127.0.0.1', resolve));
    return faulty;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '' } = incoming;
    const fault = this.fault(method, url);
    if (fault === 'slow-down' || fault === 'access-denied' || fault === 'page') {
      await buffer(incoming);
      if (fault === 'page') answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in</html>');
      else if (fault === 'slow-down') answer.writeHead(503, XML).end(errorXml('SlowDown'));
      else answer.writeHead(403, XML).end(errorXml('AccessDenied'));
      return;
    }
    const { status, headers, body } = await this.#ask(incoming);
    if (fault === undefined || body.length === 0) {
      answer.writeHead(status, headers).end(body);
      return;
    }
    const half = body.subarray(0, body.length / 2);
    if (fault === 'half') answer.writeHead(status, { ...headers, 'content-length': half.length }).end(half);
    else if (fault === 'wrong-bytes') answer.writeHead(status, headers).end(Buffer.alloc(body.length, 'x'));
    else if (fault === 'cut-off') answer.writeHead(status, headers).write(half, () => answer.destroy());
    else await this.#hold(() => answer.writeHead(status, headers).write(half)).then(() => answer.destroy());
  }

  /** Lets the answers that are held go on, to a broken end. */
  release(): void {
    for (const release of this.#held) release();
    this.#held.clear();
  }

  /** Answers that are held in their middle now. */
  get held(): number {
    return this.#held.size;
  }

  #hold(begin: () => unknown): Promise<void> {
    begin();
    return new Promise((resolve) => this.#held.add(resolve));
  }

  async #ask(
    incoming: IncomingMessage,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    const { method, url, headers } = incoming;
    const options = { host: '127.0.0.1', port: this.#port, method, path: url, headers, agent: false };
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      incoming.pipe(request(options, resolve).on('error', reject));
    });
    return { status: reply.statusCode ?? 502, headers: reply.headers, body: await buffer(reply) };
  }
}
