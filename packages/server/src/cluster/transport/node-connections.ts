import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { hostNameOf, type NodeCredentials } from '../trust/authority.ts';
import type { ClusterNode, Nodes } from '../types.ts';
import { hostAndPort } from './host-and-port.ts';
import { tlsBetweenNodes } from './tls.ts';

const CONNECT_MS = 2_000;
/** Below the time for which the other node keeps an idle connection. */
const IDLE_MS = 45_000;
/** A body of bytes that the other node answered but did not read. */
const UNSENT_MS = 1_000;
/** To one node. More requests wait for a connection. */
const MAX_CONNECTIONS = 512;
const MAX_HEADER_BYTES = 32 * 1024;

export interface NodeRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Bytes are sent with their length; a stream is passed on as it comes. One that was not begun is left as it is. */
  readonly body?: Uint8Array | Readable;
  /**
   * Sends the body when the other node asks for it by `100 Continue`. One that answers instead has read none of it, which
   * `NodeAnswer.bodySent` shows, so that another node may be tried.
   */
  readonly expectContinue?: boolean;
  readonly signal?: AbortSignal;
}

/** Once the head of an answer has arrived. `body` must be read or destroyed; its error ends a broken answer. */
export interface NodeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  /** Whether a byte of the request's body may have reached the other node. */
  readonly bodySent: boolean;
}

/** No answer came. */
export class NodeUnreachable extends Error {
  /** Whether a byte of the body may have reached the other node; false: the request can safely be made again elsewhere. */
  readonly bodySent: boolean;
  readonly node: Pick<ClusterNode, 'id' | 'name'>;

  constructor(node: Pick<ClusterNode, 'id' | 'name'>, bodySent: boolean, cause: unknown) {
    super(`the node ${node.name} gave no answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'NodeUnreachable';
    this.node = node;
    this.bodySent = bodySent;
  }
}

export interface ConnectionsOptions {
  readonly credentials: { readonly current: NodeCredentials; onRenewed(listener: () => void): void };
  readonly nodes: Nodes;
}

interface Pool {
  readonly address: string;
  readonly agent: Agent;
}

/** Requests to other nodes over connections that are kept. */
export class NodeConnections {
  readonly #credentials: ConnectionsOptions['credentials'];
  /** By the home of the node. */
  readonly #pools = new Map<string, Pool>();
  readonly #stopListening: () => void;
  #stopped = false;

  constructor({ credentials, nodes }: ConnectionsOptions) {
    this.#credentials = credentials;
    this.#stopListening = nodes.onChange(() => {
      const homes = new Set(nodes.others.map(({ home }) => home));
      for (const home of this.#pools.keys()) if (!homes.has(home)) this.#release(home);
    });
    // requests under way end on their connections
    credentials.onRenewed(() => {
      for (const home of this.#pools.keys()) this.#release(home);
    });
  }

  /**
   * Resolves with the head of the answer, whatever its status. Rejects with `NodeUnreachable`; also when `signal` aborts,
   * which destroys an answer that is being read, too. No time limit but that of the connection: the caller has one.
   */
  request(node: ClusterNode, request: NodeRequest): Promise<NodeAnswer> {
    return new Promise((resolve, reject) => {
      const { body, signal, expectContinue = false } = request;
      let bodySent = false;
      const fail = (cause: unknown): void => reject(new NodeUnreachable(node, bodySent, cause));
      if (node.address === undefined) return fail(new Error('it has no internal address'));
      if (this.#stopped || signal?.aborted) return fail(signal?.reason ?? new Error('this node stops'));
      const sending = this.#begin(node, node.address, request);
      const send = (): void => {
        bodySent = body !== undefined;
        if (body === undefined || body instanceof Uint8Array) sending.end(body);
        else pipeline(body, sending, () => {});
      };
      sending.once('error', fail);
      sending.once('response', (answer) => {
        // a later failure of the connection is one of the answer
        sending.on('error', () => {});
        answer.once('end', () => endSoon(sending));
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer, bodySent });
      });
      if (body === undefined) sending.end();
      else if (expectContinue) {
        sending.once('continue', send);
        sending.flushHeaders();
      } else whenConnected(sending, send);
    });
  }

  /** Ends idle connections; those with requests end with them, or by the signals of the requests. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    for (const home of this.#pools.keys()) this.#release(home);
  }

  #begin(node: ClusterNode, address: string, { method, path, headers, body, expectContinue, signal }: NodeRequest) {
    const length = body instanceof Uint8Array ? { 'content-length': body.byteLength } : {};
    const expect = expectContinue === true && body !== undefined ? { expect: '100-continue' } : {};
    const sending = httpsRequest({
      agent: this.#poolOf(node, address).agent,
      ...hostAndPort(address),
      method,
      path,
      headers: { ...headers, ...length, ...expect },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    if (signal !== undefined) destroyAt(signal, sending);
    return sending;
  }

  #poolOf({ home }: ClusterNode, address: string): Pool {
    const known = this.#pools.get(home);
    if (known?.address === address) return known;
    this.#release(home);
    const agent = new NodeAgent({
      ...tlsBetweenNodes(this.#credentials.current),
      servername: hostNameOf(home),
      maxCachedSessions: 0,
      keepAlive: true,
      keepAliveMsecs: 5_000,
      maxSockets: MAX_CONNECTIONS,
      scheduling: 'lifo',
      timeout: IDLE_MS,
    });
    const pool = { address, agent };
    this.#pools.set(home, pool);
    return pool;
  }

  /** Idle connections end now, those in use after their request. */
  #release(home: string): void {
    const pool = this.#pools.get(home);
    if (pool === undefined) return;
    this.#pools.delete(home);
    pool.agent.maxFreeSockets = 0;
    for (const sockets of Object.values(pool.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}

/** Connections to one node, all alike: their usual name holds the certificates and is built twice for each request. */
class NodeAgent extends Agent {
  override getName(): string {
    return 'node';
  }
}

/** As the option `signal` of a request, without the many listeners that Node.js adds for it. */
function destroyAt(signal: AbortSignal, request: ClientRequest): void {
  const destroy = (): void => {
    request.destroy(signal.reason);
  };
  signal.addEventListener('abort', destroy);
  request.once('close', () => signal.removeEventListener('abort', destroy));
}

/**
 * The answer is complete. A body that is not sent by now is one that the other node does not want; the end of one that is
 * sent may be reported a moment after the answer, and then the connection is kept.
 */
function endSoon(request: ClientRequest): void {
  if (request.writableFinished) return;
  if (!request.writableEnded) {
    request.destroy();
    return;
  }
  const late = setTimeout(() => request.destroy(), UNSENT_MS);
  for (const event of ['finish', 'close']) request.once(event, () => clearTimeout(late));
}

/** A body that waits until there is a connection can be sent elsewhere when none comes about. */
function whenConnected(request: ClientRequest, send: () => void): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) {
      send();
      return;
    }
    const late = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_MS);
    socket.once('secureConnect', send);
    for (const event of ['secureConnect', 'close']) socket.once(event, () => clearTimeout(late));
  });
}
