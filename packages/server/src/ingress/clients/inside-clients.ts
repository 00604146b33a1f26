import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Resident } from '../../domain/resident.ts';
import type { Peer } from '../../iam/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError, toErrorBody } from '../../lib/platform-error.ts';
import type { AnyRequest } from '../plain/plain-request.ts';
import type { Clients } from './clients.ts';
import { RequestRate } from './request-rate.ts';

/** Limits of functions that call the platform; clients outside have theirs, so that neither takes the place of the other. */
export const INSIDE_LIMITS = {
  /** Of all functions, on all ports. */
  connections: 2_000,
  /** Of all instances of one function, on all ports. */
  connectionsOfFunction: 64,
  /** Requests of one function. */
  rate: { perSecond: 200, burst: 400 },
} as const;

const RETRY_AFTER_SECONDS = 1;

/** Functions that call from their sandboxes. The function of a request is that of its connection, whatever the request says. */
export class InsideClients implements Clients {
  readonly #clock: Clock;
  readonly #residents = new WeakMap<Socket, Resident>();
  readonly #open = new Map<string, number>();
  readonly #rate = new RequestRate(INSIDE_LIMITS.rate);
  #connections = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `server` serve a connection that comes from a sandbox; answers 429 and closes it above a limit. */
  accept(server: Server, socket: Socket, resident: Resident): void {
    const { functionKey } = resident;
    const open = this.#open.get(functionKey) ?? 0;
    if (open >= INSIDE_LIMITS.connectionsOfFunction || this.#connections >= INSIDE_LIMITS.connections) {
      refuse(
        socket,
        new PlatformError('overloaded', 'The function has too many connections to the platform.', {
          hint: `A function may have ${INSIDE_LIMITS.connectionsOfFunction}, over all its instances: use one client for all requests.`,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        }),
      );
      return;
    }
    this.#connections += 1;
    this.#open.set(functionKey, open + 1);
    socket.once('close', () => this.#close(functionKey));
    this.#residents.set(socket, resident);
    // As the connections that a server of Node.js accepts itself.
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    server.emit('connection', socket);
  }

  clientOf({ socket }: AnyRequest): Peer {
    const resident = this.#residents.get(socket);
    if (resident === undefined) throw new Error('a connection without a function');
    return { resident };
  }

  admit(request: AnyRequest): void {
    const { resident } = this.clientOf(request);
    if (resident === undefined || this.#rate.take(resident.functionKey, this.#clock.monotonic())) return;
    throw new PlatformError('overloaded', 'The function sends more requests to the platform than it may.', {
      hint: `A function may send ${INSIDE_LIMITS.rate.perSecond} requests per second, over all its instances.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }

  #close(functionKey: string): void {
    this.#connections -= 1;
    const left = (this.#open.get(functionKey) ?? 0) - 1;
    if (left > 0) this.#open.set(functionKey, left);
    else this.#open.delete(functionKey);
  }
}

function refuse(socket: Socket, error: PlatformError): void {
  const { status, headers, body } = toErrorBody(error, newRequestId());
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} Too Many Requests`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  // What the client has sent is discarded: closing over unread bytes would reset the connection and lose the answer.
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroySoon());
}
