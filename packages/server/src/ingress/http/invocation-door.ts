import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { ROUTES } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Iam } from '../../iam/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import type { TrustedProxies } from '../../lib/trusted-proxies.ts';
import { ClientGone } from '../bodies/read-body.ts';
import type { ApiBodies } from './api-bodies.ts';
import { authorize, identify } from './authorization.ts';
import { goneSignal } from './gone-signal.ts';
import { type Handlers, STREAMED } from './handler.ts';
import type { HttpMeter } from './http-meter.ts';
import { checkHost } from './one-host.ts';
import { failed, isIterable, jsonLines, type Outcome, outcomeOf } from './outcome.ts';

type Ids = 'invokeFunction' | 'asyncInvokeFunction';

export interface InvocationDoorDeps {
  readonly handlers: Handlers<Ids>;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
  readonly meter: HttpMeter;
  readonly unlessAway: <T>(work: Promise<T>) => Promise<T>;
  readonly bodies: Pick<ApiBodies, 'rest'>;
  readonly proxies: TrustedProxies;
}

const PATH = /^\/v2\/([\w-]{1,128})\/fgs\/functions\/([^/?]{1,512})\/(invocations|invocations-async)$/;
/** Larger events deserve a check of the key before they are read, which the framework's route makes. */
const SMALL_BODY_BYTES = 64 * 1024;
const EMPTY = Buffer.alloc(0);

interface Call {
  readonly id: Ids;
  readonly projectId: string;
  readonly urn: string;
}

function decoded(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // the framework reports the fault
  }
}

/** The call that a request makes, undefined for everything that is not a plain, small invocation. */
function callOf({ method, url, headers }: IncomingMessage): Call | undefined {
  if (method !== 'POST' || headers['transfer-encoding'] !== undefined || headers.expect !== undefined) return undefined;
  if (Number(headers['content-length'] ?? 0) > SMALL_BODY_BYTES) return undefined;
  const match = PATH.exec(url ?? '');
  if (match === null) return undefined;
  const [, projectId = '', segment = '', operation] = match;
  const urn = decoded(segment);
  if (urn === undefined) return undefined;
  return { id: operation === 'invocations' ? 'invokeFunction' : 'asyncInvokeFunction', projectId, urn };
}

/**
 * Serves invocations, which are nearly all requests, without the framework: same identification, handlers and answers,
 * a quarter of the work around them. Requests that it does not take (`false`) go to the framework.
 */
export class InvocationDoor {
  readonly #deps: InvocationDoorDeps;

  constructor(deps: InvocationDoorDeps) {
    this.#deps = deps;
  }

  takes(request: IncomingMessage, response: ServerResponse): boolean {
    const call = callOf(request);
    if (call === undefined) return false;
    const declared = Number(request.headers['content-length'] ?? 0);
    let rawBody: Buffer = EMPTY;
    const onEnd = (): void => void this.#serve(call, request, response, rawBody);
    const onData = (piece: Buffer): void => {
      rawBody = piece;
      if (piece.length >= declared) return;
      request.off('data', onData).off('end', onEnd);
      void this.#serve(call, request, response, () => this.#rest(request, response, piece));
    };
    request.on('data', onData).on('end', onEnd);
    return true;
  }

  /** Nearly all bodies come in one piece; a longer one is awaited when it may be that of a known caller. */
  #rest(request: IncomingMessage, response: ServerResponse, begun: Buffer): Promise<Buffer> {
    this.#deps.iam.precheck(request.headers);
    return this.#deps.bodies.rest(request, response, SMALL_BODY_BYTES, begun);
  }

  /** Never rejects. */
  async #serve(
    call: Call,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | (() => Promise<Buffer>),
  ): Promise<void> {
    const { iam, clock, closing, log, handlers, meter, unlessAway, proxies } = this.#deps;
    const receivedAt = clock.monotonic();
    const id = newRequestId();
    const { method = '', url = '', headers } = request;
    const route = ROUTES[call.id];
    let outcome: Outcome;
    try {
      checkHost(request);
      const rawBody = typeof body === 'function' ? await body() : body;
      const caller = await identify(iam, route, { method, url, headers, payload: rawBody });
      const params = { project_id: call.projectId, function_urn: call.urn };
      const peer = proxies.clientOf(request);
      authorize(iam, route, caller, { params, peer });
      const goneSignalOf = (): AbortSignal => AbortSignal.any([goneSignal(response), closing]);
      const working = handlers[call.id]({
        id,
        params,
        query: {},
        body: {},
        rawBody,
        headers,
        caller,
        peer,
        response,
        goneSignal: goneSignalOf,
        receivedAt,
      });
      const result = call.id === 'invokeFunction' ? await working : await unlessAway(Promise.resolve(working));
      if (result === STREAMED) {
        meter.observe(call.id, response.statusCode, clock.monotonic() - receivedAt);
        return;
      }
      outcome = outcomeOf(route, result);
    } catch (error) {
      if (error instanceof ClientGone) {
        response.destroy();
        return;
      }
      request.resume();
      outcome = failed(error, { id, method, url }, log);
    }
    meter.observe(call.id, outcome.status, clock.monotonic() - receivedAt);
    send(response, outcome, id, closing.aborted);
  }
}

function send(response: ServerResponse, { status, headers, body }: Outcome, id: string, last: boolean): void {
  if (response.destroyed) return;
  response.statusCode = status;
  response.setHeader('X-Request-Id', id);
  for (const name in headers) response.setHeader(name, headers[name] as string);
  if (last) response.setHeader('Connection', 'close');
  if (isIterable(body)) {
    const lines = Readable.from(jsonLines(body));
    lines.on('error', () => response.destroy());
    lines.pipe(response);
    return;
  }
  response.setHeader('Content-Length', body === undefined ? 0 : Buffer.byteLength(body));
  response.end(body);
}
