import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type FunctionUrn, LIMITS } from '@funcgraph/api';
import { MAX_BODY_BYTES, type StreamHead } from '@funcgraph/runtimes';
import type { Logger } from 'pino';
import type { Catalog } from '../../control/index.ts';
import { runtimeRules } from '../../domain/runtime-rules.ts';
import type { Iam } from '../../iam/index.ts';
import { type Invoker, mayStream } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { HttpMeter } from '../http/http-meter.ts';
import { type ResponseHead, ResponseStream } from '../http/response-stream.ts';
import type { FunctionAnswer } from './answer.ts';
import { readApigAnswer } from './apig-answer.ts';
import { apigEvent } from './apig-event.ts';
import { type FunctionTarget, functionPath, readFunctionPath } from './function-path.ts';
import { headersIn, headersOut, sourceIp } from './headers.ts';
import { decodeAnswer, encodeRequest } from './http-form.ts';
import { failureOf, forCaller, notPublished, refuse } from './refusal.ts';
import { BodyBudget, ClientGone, hasBody, limitUpload, readBody } from './request-body.ts';
import { streamedHead } from './streamed-head.ts';
import { UploadBody } from './upload-body.ts';

export interface GatewayDeps {
  readonly catalog: Catalog;
  readonly iam: Iam;
  readonly invoker: Invoker;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: HttpMeter;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/**
 * Head and body of a request must arrive within these; a slow client holds one connection, nothing else. A body that goes
 * to the function as it comes has other limits, which is why Node.js does not watch over the second.
 */
const HEAD_MS = 15_000;
const REQUEST_MS = 60_000;
/** How long a client may take none of an answer. */
const STALLED_MS = 60_000;
const IDLE_MS = 30_000;
/** Up to so many bytes a body is not worth the frames that streaming it takes. */
const SMALL_BODY_BYTES = 64 * 1024;
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 10_000;
const BODIES_BYTES = 256 * 1024 * 1024;

interface Published {
  readonly target: FunctionTarget;
  readonly functionId: string;
  readonly runtime: string;
  readonly auth: 'none' | 'iam';
}

/** What a request brings on its way to the function. */
interface Way {
  readonly requestId: string;
  readonly expectsContinue: boolean;
  /** The body, unless it is read whole. */
  readonly upload: UploadBody | undefined;
}

const NOTHING = Buffer.alloc(0);

function urnOf({ projectId, package: pkg, name, qualifier }: FunctionTarget, region: string): FunctionUrn {
  return { region, projectId, package: pkg, name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** The HTTP server of the gateway port: function URLs, and 404 for everything else. Reads no database for a request. */
export function createGateway(deps: GatewayDeps): Server {
  const gateway = new Gateway(deps);
  const server = createServer(
    {
      headersTimeout: HEAD_MS,
      requestTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: MAX_HEAD_BYTES,
      noDelay: true,
    },
    (request, response) => void gateway.handle(request, response, false),
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    void gateway.handle(request, response, true);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

class Gateway {
  readonly #deps: GatewayDeps;
  readonly #budget = new BodyBudget(BODIES_BYTES);

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const requestId = newRequestId();
    const { clock, meter } = this.#deps;
    const receivedAt = clock.monotonic();
    const liftLimit = hasBody(request) ? limitUpload(request, clock, REQUEST_MS) : undefined;
    try {
      const published = this.#published(request);
      const upload = this.#upload(published, request, response, expectsContinue);
      if (upload !== undefined) liftLimit?.();
      const way = { requestId, expectsContinue, upload };
      const answer = await this.#call(published, request, response, way).finally(() => upload?.discard());
      if (answer !== undefined) send(request, response, answer, requestId);
    } catch (thrown) {
      if (thrown instanceof ClientGone) {
        response.destroy();
        return;
      }
      const error = forCaller(thrown);
      const status = refuse(request, response, error, requestId);
      const { log } = this.#deps;
      if (status >= 500 && !(error instanceof PlatformError && error.spec.audience === 'user')) {
        log.error({ requestId, err: error }, 'gateway request failed');
      } else log.debug({ requestId, status }, 'gateway request refused');
    } finally {
      meter.observe('functionUrl', response.statusCode, clock.monotonic() - receivedAt);
    }
  }

  /** From memory. Throws `url_not_found` for all that is not published, in the same words. */
  #published(request: IncomingMessage): Published {
    const { catalog } = this.#deps;
    const target = readFunctionPath(request.url ?? '');
    if (target === undefined || !METHODS.has(request.method ?? '')) throw notPublished();
    const latest = catalog.resolve(target.projectId, target.package, target.name, 'latest');
    const url = latest === undefined ? undefined : catalog.url(latest.functionId);
    if (latest === undefined || url?.enabled !== true) throw notPublished();
    // Any version tells what is asked here: neither id nor runtime of a function ever change.
    return { target, functionId: latest.functionId, runtime: latest.runtime, auth: url.auth };
  }

  /**
   * The body, when the function gets it as it comes; undefined when it is read whole before. A signature is over the whole
   * body, and a function without streaming is not to be occupied by a client that sends slowly.
   */
  #upload(
    { target, runtime, auth }: Published,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): UploadBody | undefined {
    const { catalog, region, clock } = this.#deps;
    const { 'content-length': declared } = request.headers;
    if (auth !== 'none' || !hasBody(request) || Number(declared ?? Infinity) <= SMALL_BODY_BYTES) return undefined;
    if (runtimeRules(runtime)?.language !== 'http' || !mayStream(catalog, urnOf(target, region))) return undefined;
    return new UploadBody(request, response, { clock, limitBytes: LIMITS.streamBytes, expectsContinue });
  }

  /** Undefined when the answer is out already, because it was streamed. */
  async #call(
    { target, functionId, runtime, auth }: Published,
    request: IncomingMessage,
    response: ServerResponse,
    { requestId, expectsContinue, upload }: Way,
  ): Promise<FunctionAnswer | undefined> {
    const { iam, invoker, region, clock } = this.#deps;
    const receivedAt = clock.monotonic();
    const method = request.method ?? '';
    if (/websocket/i.test(request.headers.upgrade ?? '')) {
      throw new PlatformError('invalid_request', 'WebSocket connections are not supported by function URLs.');
    }
    if (auth === 'iam') iam.precheck(request.headers);
    const options = { limitBytes: LIMITS.syncEventBytes, budget: this.#budget, expectsContinue };
    const body = upload === undefined ? await readBody(request, response, options) : NOTHING;
    if (auth === 'iam') {
      const signed = { method, url: request.url ?? '', headers: request.headers, rawBody: body };
      const caller = await iam.authenticate(signed);
      const { package: pkg, name } = target;
      const question = {
        action: 'functiongraph:function:invoke',
        projectId: target.projectId,
        fn: { package: pkg, name },
      };
      iam.authorize(caller, { ...question, peer: request.socket });
    }
    const { url } = target;
    const ip = sourceIp(request);
    const prefix = functionPath(target).slice(0, -1);
    const headers = headersIn(request, { requestId, sourceIp: ip, prefix, authenticated: auth === 'iam' });
    const isHttp = runtimeRules(runtime)?.language === 'http';
    const event = isHttp
      ? encodeRequest(method, url, headers, body)
      : apigEvent({ method, url, headers, body, requestId, apiId: functionId, sourceIp: ip });
    if (event.length > MAX_BODY_BYTES) {
      throw new PlatformError('event_too_large', `The event for the function is over ${MAX_BODY_BYTES} bytes.`);
    }
    let stream: ResponseStream | undefined;
    const result = await invoker.invoke({
      urn: urnOf(target, region),
      event,
      mode: 'gateway',
      requestId,
      attempt: 1,
      tail: false,
      headers: request.headers,
      receivedAt,
      ...(isHttp ? { http: true } : {}),
      openSink: () => {
        const shape = (head: StreamHead): ResponseHead => streamedHead(head, method, requestId);
        stream = new ResponseStream(response, { clock, shape, unwanted: upload?.refused });
        return stream;
      },
      ...(upload === undefined ? {} : { body: upload }),
    });
    if (upload?.refusal !== undefined) throw upload.refusal;
    const failure = failureOf(result);
    if (failure !== undefined) throw failure;
    if (result.streamed) {
      stream?.end();
      return undefined;
    }
    const answer = isHttp ? decodeAnswer(result.payload) : readApigAnswer(result.payload);
    return { ...answer, headers: headersOut(answer.headers) };
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: FunctionAnswer, requestId: string): void {
  const { statusCode, body, declaredLength } = answer;
  const flat: string[] = [];
  for (const [name, value] of answer.headers) flat.push(name, value);
  flat.push('X-CFF-Request-Id', requestId);
  const bodiless = request.method === 'HEAD' || statusCode === 204 || statusCode === 304;
  if (!bodiless) flat.push('Content-Length', String(body.length));
  else if (request.method === 'HEAD' && statusCode !== 204) {
    flat.push('Content-Length', declaredLength ?? String(body.length));
  }
  response.writeHead(statusCode, flat);
  if (bodiless) {
    response.end();
    return;
  }
  response.setTimeout(STALLED_MS, () => response.destroy());
  response.end(body);
}

const CLOSE_IDLE_EVERY_MS = 100;

/** Takes no new connections and resolves when the last is closed; when `cut` fires those that remain are broken. */
export async function stopGateway(server: Server, clock: Clock, cut: AbortSignal): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  const breakAll = (): void => server.closeAllConnections();
  let timer = clock.after(0, function sweep() {
    // A connection whose last answer went out after the close began is idle then, and its client may keep it.
    server.closeIdleConnections();
    timer = clock.after(CLOSE_IDLE_EVERY_MS, sweep);
  });
  cut.addEventListener('abort', breakAll, { once: true });
  if (cut.aborted) breakAll();
  await closed;
  timer.cancel();
  cut.removeEventListener('abort', breakAll);
}
