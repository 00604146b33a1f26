import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { type AllowedHosts, InternalAddressError } from '../../lib/outgoing-address.ts';
import { brokerLookup } from '../brokers/broker-address.ts';
import type { ReadShare } from '../brokers/read-room.ts';

const KEEP_ALIVE_MS = 60_000;
const LENGTH_BYTES = 4;
/** A smaller response takes no memory of the share while it arrives. */
const SMALL_BYTES = 64 * 1024;
/** A broker that takes longer for one response is too slow: others may need its memory. */
const ARRIVAL_MS = 60_000;

interface Limits {
  readonly connections: number;
  /** Of one response. */
  readonly responseBytes: number;
  /** Memory for responses while they arrive. */
  readonly share?: Pick<ReadShare, 'take' | 'give'>;
  /** Ends all of them when it is aborted. */
  readonly over?: AbortSignal;
}

/**
 * Connections of one consumer. A cluster announces addresses of its brokers: these obey the rules for outgoing addresses
 * too, and so that a hostile one uses up nothing, connections and sizes of responses are bounded.
 */
export function kafkaSockets(allowed: AllowedHosts, limits: Limits): ISocketFactory {
  const open = new Set<Socket>();
  limits.over?.addEventListener('abort', () => {
    for (const socket of open) socket.destroy(new Error('the session has ended'));
  });
  return ({ host, port, ssl, onConnect }) => {
    const refused = refusal(open.size, limits) ?? tryLookup(host, port, allowed);
    if (refused instanceof Error) return failing(refused);
    const target = { host, port, lookup: refused };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl ? connectTls({ ...ssl, ...target, ...name }, onConnect) : connect(target, onConnect);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    limitResponses(socket, limits);
    return socket;
  };
}

function refusal(open: number, { connections, over }: Limits): Error | undefined {
  if (over?.aborted) return new Error('the session has ended');
  return open < connections ? undefined : new Error(`the cluster has more than ${connections} brokers`);
}

function tryLookup(host: string, port: number, allowed: AllowedHosts) {
  try {
    return brokerLookup({ host, port }, allowed);
  } catch (error) {
    if (error instanceof InternalAddressError) return error;
    return new Error(`the cluster announces a broker at ${JSON.stringify(host.slice(0, 100))}:${port}`);
  }
}

/** A socket that fails in the next turn of the loop. */
function failing(error: Error): Socket {
  return connect({ lookup: (_name, _options, done) => done(error, '', 4), host: 'refused', port: 1 });
}

/** Ends the connection at the first response that is announced as larger, and takes memory for each large one. */
function limitResponses(socket: Socket, { responseBytes, share }: Limits): void {
  const length = Buffer.alloc(LENGTH_BYTES);
  let read = 0;
  let left = 0;
  const arriving = share === undefined ? undefined : new Arriving(socket, share);
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const skipped = Math.min(left, chunk.length - at);
        left -= skipped;
        at += skipped;
        if (left === 0) arriving?.end();
        continue;
      }
      length[read] = chunk[at] ?? 0;
      at += 1;
      read += 1;
      if (read < LENGTH_BYTES) continue;
      read = 0;
      left = length.readInt32BE();
      if (left >= 0 && left <= responseBytes) {
        if (left > SMALL_BYTES) arriving?.begin(left);
        continue;
      }
      socket.destroy(
        new Error(`the broker announced a response of ${left} bytes; the server can hold ${responseBytes}`),
      );
      return;
    }
  });
}

/** The memory of a response that arrives. */
class Arriving {
  readonly #socket: Socket;
  readonly #share: Pick<ReadShare, 'take' | 'give'>;
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, share: Pick<ReadShare, 'take' | 'give'>) {
    this.#socket = socket;
    this.#share = share;
    socket.once('close', () => this.#release());
  }

  /** Nothing more is read until there is memory. */
  begin(bytes: number): void {
    const socket = this.#socket;
    const fail = (error: Error): void => void socket.destroy(error);
    socket.pause();
    this.#share.take(bytes).then(() => {
      if (socket.destroyed) return this.#share.give(bytes);
      this.#held = bytes;
      this.#timer = setTimeout(() => fail(new Error('the broker sent a response too slowly')), ARRIVAL_MS).unref();
      socket.resume();
    }, fail);
  }

  /** The reader of the response takes memory for it before the next turn of the loop. */
  end(): void {
    setImmediate(() => this.#release());
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#share.give(this.#held);
    this.#held = 0;
  }
}
