import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { type AnyAnswer, PlainAnswer } from '../plain/plain-answer.ts';
import type { AnyRequest, PlainRequest } from '../plain/plain-request.ts';
import type { ApiBodies } from './api-bodies.ts';
import type { HttpMeter } from './http-meter.ts';
import { isIterable, jsonLines, type Outcome } from './outcome.ts';
import type { Pipeline } from './pipeline.ts';

type Ids = 'invokeFunction' | 'asyncInvokeFunction';

export interface InvocationDoorDeps {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
  readonly meter: HttpMeter;
  readonly bodies: Pick<ApiBodies, 'rest'>;
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
function callOf({ method, url, headers }: AnyRequest): Call | undefined {
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
 * Reads the heads of invocations, which are nearly all requests, without the framework: the same pipeline with a quarter
 * of the work around it. Requests that it does not take (`false`) go to the framework.
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
      // nearly all bodies come in one piece; a longer one is awaited when it may be that of a known caller
      const { bodies } = this.#deps;
      void this.#serve(call, request, response, () => bodies.rest(request, response, SMALL_BODY_BYTES, piece));
    };
    request.on('data', onData).on('end', onEnd);
    return true;
  }

  /** Undefined for a request that it does not take. */
  servePlain(request: PlainRequest, answer: PlainAnswer): Promise<void> | undefined {
    const call = callOf(request);
    return call && this.#serve(call, request, answer, request.body);
  }

  async #serve(
    { id, projectId, urn }: Call,
    request: AnyRequest,
    response: AnyAnswer,
    body: Buffer | (() => Promise<Buffer>),
  ): Promise<void> {
    const { pipeline, clock, closing, meter } = this.#deps;
    const receivedAt = clock.monotonic();
    const requestId = newRequestId();
    const params = { project_id: projectId, function_urn: urn };
    const served = await pipeline.serve(id, { id: requestId, request, response, params, query: {}, body, receivedAt });
    if (served === 'gone') return;
    const status = served === 'streamed' ? response.statusCode : served.status;
    meter.observe(id, status, clock.monotonic() - receivedAt);
    if (served === 'streamed') return;
    if (served.refused) request.resume();
    send(response, served, requestId, closing.aborted);
  }
}

function send(response: AnyAnswer, { status, headers, body }: Outcome, id: string, last: boolean): void {
  if (response.destroyed) return;
  const flat = ['X-Request-Id', id];
  for (const name in headers) flat.push(name, headers[name] as string);
  if (last) flat.push('Connection', 'close');
  if (isIterable(body)) {
    const wire = response instanceof PlainAnswer ? response.stream() : response;
    const lines = Readable.from(jsonLines(body));
    lines.on('error', () => wire.destroy());
    wire.writeHead(status, flat);
    lines.pipe(wire);
    return;
  }
  flat.push('Content-Length', String(body === undefined ? 0 : Buffer.byteLength(body)));
  response.writeHead(status, flat);
  response.end(body);
}
