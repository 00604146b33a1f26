import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { Clock } from '../../lib/clock.ts';
import { limitHandshakes } from '../../lib/handshakes.ts';
import { homeOf, type NodeCredentials } from '../trust/authority.ts';
import type { ClusterNode } from '../types.ts';
import { tlsBetweenNodes } from './tls.ts';

/** Of the whole request: uploads of clients pass through nodes as slowly as they arrive. */
const REQUEST_MS = 60 * 60_000;
const HEADERS_MS = 10_000;
const IDLE_MS = 60_000;
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 4096;
/** Another node may need all its connections at once. */
const HANDSHAKES = { all: 1024, ofClient: 512 };
/** Connections without the certificate of a node: servers that join. */
const MAX_GUESTS = 32;
const GUEST_MS = 10_000;
const MAX_BODY = 64 * 1024;

/** The node with the connection's certificate made the request. Rejections are answered with 500 while nothing was sent. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  from: ClusterNode,
) => void | Promise<void>;
type GuestHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface RouteOptions {
  /**
   * Bytes of a body, which must have a `Content-Length`: 64 KiB unless set. `stream`: any body, and the handler counts.
   * With `stream`, the body of a request with `Expect: 100-continue` comes when the handler calls
   * `response.writeContinue()`; a handler that answers instead refuses it unread.
   */
  readonly body?: number | 'stream';
}

interface Route {
  readonly handle: NodeHandler;
  readonly body: number | 'stream';
}

export interface ListenerOptions {
  readonly credentials: { readonly current: NodeCredentials; onRenewed(listener: () => void): void };
  readonly nodes: {
    findNow(home: string): Promise<ClusterNode | undefined>;
    find(home: string): ClusterNode | undefined;
  };
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The door of a node for the others: HTTP/1.1 with TLS 1.3 in which both sides have a certificate of the cluster's
 * authority. Who asks is judged before a byte of a body is read: the certificate must be that of a current member.
 */
export class ClusterListener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #routes = new Map<string, Route>();
  readonly #guestRoutes = new Map<string, GuestHandler>();
  /** By the certificates of the connections. */
  readonly #homes = new WeakMap<Socket, string>();
  #guests = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { credentials } = options;
    const limits = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
    const server = createServer({
      ...tlsBetweenNodes(credentials.current),
      ...limits,
      requestCert: true,
      // a server that joins has none yet: each request is judged
      rejectUnauthorized: false,
      handshakeTimeout: HEADERS_MS,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 5_000,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 5_000,
    });
    server.maxHeadersCount = MAX_HEADERS;
    server.maxConnections = MAX_CONNECTIONS;
    limitHandshakes(server, HANDSHAKES);
    server.on('secureConnection', (socket: TLSSocket) => this.#admit(socket));
    server.on('request', (request, response) => void this.#take(request, response));
    server.on('checkContinue', (request, response) => void this.#take(request, response));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.on('clientError', (_error, socket) => socket.destroy());
    credentials.onRenewed(() => server.setSecureContext(tlsBetweenNodes(credentials.current)));
    this.#server = server;
  }

  /** `path` is matched exactly, without the query. */
  route(method: string, path: string, handle: NodeHandler, { body = MAX_BODY }: RouteOptions = {}): void {
    this.#routes.set(`${method} ${path}`, { handle, body });
  }

  /** For servers that join, which have no certificate. Its body is at most 64 KiB. */
  guestRoute(method: string, path: string, handle: GuestHandler): void {
    this.#guestRoutes.set(`${method} ${path}`, handle);
  }

  /** Resolves with the port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        this.#server.on('error', (error) => this.#options.log.error({ err: error }, 'the internal listener failed'));
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no more connections, and ends those that carry no request. Resolves when all have ended, or at the signal. */
  async stop(signal?: AbortSignal): Promise<void> {
    const server = this.#server;
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const end = (): void => server.closeAllConnections();
    if (signal === undefined || signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    await closed;
    signal?.removeEventListener('abort', end);
  }

  #admit(socket: TLSSocket): void {
    const home = socket.authorized ? homeOf(socket.getPeerX509Certificate()) : undefined;
    if (home !== undefined) this.#homes.set(socket, home);
    if (socket.authorized) return;
    if (this.#guests >= MAX_GUESTS) {
      socket.destroy();
      return;
    }
    this.#guests += 1;
    const end = this.#options.clock.after(GUEST_MS, () => socket.destroy());
    socket.once('close', () => {
      this.#guests -= 1;
      end.cancel();
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // a node that goes away in the middle is no error of this one
    response.on('error', () => {});
    response.once('close', () => {
      if (!this.#server.listening) setImmediate(() => this.#server.closeIdleConnections());
    });
    request.on('error', () => {});
    try {
      const isRefused = await this.#handled(request, response);
      if (isRefused !== undefined) refuse(request, response, isRefused);
    } catch (error) {
      this.#options.log.error({ err: error, url: request.url }, 'a request of another node failed');
      if (response.headersSent) request.socket.destroy();
      else refuse(request, response, [500, 'internal']);
    }
  }

  /** Returns the refusal of a request that no handler gets. */
  async #handled(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const key = `${request.method} ${pathOf(request.url)}`;
    const guest = this.#guestRoutes.get(key);
    if (guest !== undefined) {
      if (!isWithin(request, MAX_BODY)) return [413, 'body_too_large'];
      await guest(request, response);
      return undefined;
    }
    const from = await this.#sender(request.socket);
    if (from === undefined) return [403, 'not_a_member'];
    const route = this.#routes.get(key);
    if (route === undefined) return [404, 'no_such_route'];
    if (!isWithin(request, route.body)) return [413, 'body_too_large'];
    if (route.body !== 'stream' && request.headers.expect !== undefined) response.writeContinue();
    await route.handle(request, response, from);
    return undefined;
  }

  #sender(socket: Socket): Promise<ClusterNode | undefined> | ClusterNode | undefined {
    const home = this.#homes.get(socket);
    if (home === undefined) return undefined;
    // a node that joined a moment ago may not be known yet
    return this.#options.nodes.find(home) ?? this.#options.nodes.findNow(home);
  }
}

type Refusal = readonly [status: number, code: string];

function pathOf(url = '/'): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function isWithin({ headers }: IncomingMessage, most: number | 'stream'): boolean {
  if (most === 'stream') return true;
  if (headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? 0) <= most;
}

/** The body is not read, so the connection cannot be used again. */
function refuse(request: IncomingMessage, response: ServerResponse, [status, code]: Refusal): void {
  const hasBody = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  if (hasBody) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ code }));
}
