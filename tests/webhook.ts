import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly event: OutcomeEvent;
}

/** What a destination gets. */
export interface OutcomeEvent {
  readonly timestamp: string;
  readonly request_context: {
    readonly request_id: string;
    readonly function_urn: string;
    readonly condition: string;
    readonly approximate_invoke_count: number;
  };
  readonly request_payload: string;
  readonly response_context: { readonly status_code: number; readonly function_error: string };
  readonly response_payload: string;
}

/** A receiver of outcomes on this machine, which a server must be allowed to reach: `FGS_WEBHOOK_HOSTS=127.0.0.1`. */
export class WebhookReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Decides how the next ones are answered; 204 unless set. */
  answer: (received: Received, response: ServerResponse) => void = (_, response) => {
    response.writeHead(204).end();
  };
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const event = JSON.parse(Buffer.concat(chunks).toString('utf8')) as OutcomeEvent;
        const one = { path: request.url ?? '', headers: request.headers, event };
        receiver.received.push(one);
        receiver.answer(one, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** What came for one invocation. */
  of(requestId: string): Received[] {
    return this.received.filter(({ event }) => event.request_context.request_id === requestId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
