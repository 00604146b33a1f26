import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '../../lib/clock.ts';
import type { PlainAnswer } from './plain-answer.ts';
import { PlainConnection } from './plain-connection.ts';
import type { PlainRequest } from './plain-request.ts';

/** One timer for all connections: a timer for each would cost more than reading a request. */
const SWEEP_MS = 1000;

export interface PlainOptions {
  /** Never rejects. Undefined: `node:http` serves this request, and the answer is not used. */
  readonly serve: (request: PlainRequest, answer: PlainAnswer) => Promise<void> | undefined;
  /** Answers a client whose first request did not come in time, and closes. */
  readonly onLate: (error: Error, socket: Socket) => void;
  readonly headMs: number;
  readonly keepAliveMs: number;
  readonly stalledMs: number;
}

/**
 * Reads the plain requests of a server without TLS, which cost `node:http` several times as much. Its own parser gets
 * each connection at the first request that is not plain. Its limits of connections hold for all of them, and closing
 * the idle ones, or all, means these too. Deadlines are in real time, as those of `node:http`.
 */
export function servePlainRequests(server: Server, options: PlainOptions): void {
  const open = new Map<Socket, PlainConnection>();
  const [parse] = server.listeners('connection');
  if (parse === undefined) throw new Error('the server has no parser');
  server.removeAllListeners('connection');

  const handOver = (socket: Socket, bytes: Buffer): void => {
    // Until its first request is complete, the time for it goes on from the beginning of the connection.
    if (open.get(socket)?.hasServed === true) open.delete(socket);
    socket.pause();
    socket.unshift(bytes);
    parse.call(server, socket);
    socket.resume();
  };
  const connectionOptions = { ...options, now: systemClock.monotonic, handOver };
  const onRequest = ({ socket }: IncomingMessage): void => void open.delete(socket);
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, onRequest);

  let isSwept = false;
  const sweep = (): void => {
    isSwept = open.size > 0;
    if (isSwept) systemClock.after(SWEEP_MS, sweep);
    const now = systemClock.monotonic();
    for (const [socket, connection] of open) {
      if (connection.idleMs(now) > options.keepAliveMs) socket.destroy();
      else if (connection.headMs(now) > options.headMs) options.onLate(late(), socket);
    }
  };
  server.on('connection', (socket: Socket) => {
    open.set(socket, new PlainConnection(socket, connectionOptions));
    socket.once('close', () => open.delete(socket));
    if (!isSwept) sweep();
  });

  const closeIdle = server.closeIdleConnections.bind(server);
  const closeAll = server.closeAllConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const [socket, { isIdle }] of open) if (isIdle) socket.destroy();
  };
  server.closeAllConnections = () => {
    closeAll();
    for (const socket of open.keys()) socket.destroy();
  };
}

function late(): Error {
  return Object.assign(new Error('the request came too late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
}
