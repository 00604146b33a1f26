import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import type { ClusterNode, NodeAnswer, NodeRequest } from '../../cluster/index.ts';
import type { Connections } from './ask-nodes.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Nodes in one process, with the routes of each. */
export class FakeNetwork {
  readonly routes = new Map<string, Map<string, Handler>>();
  readonly down = new Set<string>();
  /** Of the nodes that go down. */
  readonly #open = new Set<{ readonly home: string; readonly body: PassThrough }>();

  listener(home: string): { route: (method: string, path: string, handler: Handler) => void } {
    const routes = new Map<string, Handler>();
    this.routes.set(home, routes);
    return { route: (method, path, handler) => void routes.set(`${method} ${path}`, handler) };
  }

  cut(home: string): void {
    this.down.add(home);
    for (const one of this.#open) if (one.home === home) one.body.destroy(new Error('cut'));
  }

  readonly connections = {
    request: async ({ home, name }: ClusterNode, { method, path, body, signal }: NodeRequest) => {
      const handler = this.routes.get(home)?.get(`${method} ${path}`);
      if (this.down.has(home) || handler === undefined) throw new Error(`${name} is down`);
      const answer = new PassThrough();
      const one = { home, body: answer };
      this.#open.add(one);
      answer.once('close', () => this.#open.delete(one));
      answer.on('error', () => {});
      signal?.addEventListener('abort', () => answer.destroy(new Error('aborted')));
      return new Promise<NodeAnswer>((resolve, reject) => {
        const response = Object.assign(answer, {
          writeHead: (status: number) =>
            resolve({ status, headers: {}, body: answer as unknown as IncomingMessage, bodySent: true }),
          flushHeaders: () => {},
        });
        const request = Readable.from([Buffer.from(body as Uint8Array)]);
        Promise.resolve(handler(request as IncomingMessage, response as unknown as ServerResponse)).catch(reject);
      });
    },
  } as Connections;
}
