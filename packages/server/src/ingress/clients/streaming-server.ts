import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { limitHandshakes } from '../../lib/handshakes.ts';

export const HEAD_MS = 15_000;
export const IDLE_MS = 30_000;
const CHECK_MS = 5_000;
const MAX_HEAD_BYTES = 16 * 1024;

export interface StreamingServerOptions {
  readonly maxConnections: number;
  /** False: the handler answers requests without `Host` itself. */
  readonly requireHostHeader: boolean;
  /** Never rejects. The client waits for `100 Continue` when it expects it. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => Promise<void>;
  /** Undefined: without TLS. */
  readonly tls?: TlsOptions | undefined;
  readonly onBroken: (error: Error, socket: Socket) => void;
}

/**
 * An HTTP server for bodies that are streamed: a head must arrive within 15 s, a body may take as long as it moves, which the
 * handler watches. A client waits for `100 Continue` until the handler reads its body.
 */
export function createStreamingServer({
  maxConnections,
  requireHostHeader,
  handle,
  tls,
  onBroken,
}: StreamingServerOptions): Server {
  const options = {
    headersTimeout: HEAD_MS,
    requestTimeout: 0,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
    requireHostHeader,
    noDelay: true,
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void handle(request, response, false);
  const server: Server =
    tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener);
  if (tls !== undefined) limitHandshakes(server);
  const expecting = (request: IncomingMessage, response: ServerResponse): void => void handle(request, response, true);
  server.on('checkContinue', expecting).on('checkExpectation', expecting);
  server.on('clientError', onBroken);
  server.maxConnections = maxConnections;
  return server;
}
