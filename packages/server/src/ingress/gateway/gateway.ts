import type { IncomingMessage, Server } from 'node:http';
import type { TlsOptions } from 'node:tls';
import { formatUrn, LIMITS, ROUTES } from '@funcgraph/api';
import { languageOf, MAX_BODY_BYTES, type StreamHead } from '@funcgraph/runtimes';
import type { Logger } from 'pino';
import type { Catalog, GatewayApps } from '../../control/index.ts';
import { depthOfCall } from '../../domain/call-depth.ts';
import { isEventTarget } from '../../domain/event-address.ts';
import type { FlowTriggers } from '../../flows/index.ts';
import type { Iam } from '../../iam/index.ts';
import { type AsyncInvocations, type Invoker, mayStream } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Group } from '../../services/index.ts';
import type { BodyBudget, BodyRoom } from '../bodies/body-budget.ts';
import { bodyClaims } from '../bodies/body-claims.ts';
import { ClientGone, eventTooLarge, hasBody, readBody } from '../bodies/read-body.ts';
import { UploadWatch } from '../bodies/upload-watch.ts';
import type { Clients } from '../clients/clients.ts';
import { checkProof } from '../clients/proof.ts';
import { createStreamingServer, HEAD_MS, IDLE_MS } from '../clients/streaming-server.ts';
import { SANDBOX } from '../console/sandbox.ts';
import { authorize, identify } from '../http/authorization.ts';
import { answerBrokenRequest } from '../http/broken-request.ts';
import type { HttpMeter } from '../http/http-meter.ts';
import { checkHost } from '../http/one-host.ts';
import { type ResponseHead, ResponseStream } from '../http/response-stream.ts';
import { type AnyAnswer, PlainAnswer } from '../plain/plain-answer.ts';
import { servePlainRequests } from '../plain/plain-connections.ts';
import { type AnyRequest, PlainRequest } from '../plain/plain-request.ts';
import { checkServerName } from '../tls/server-name.ts';
import { AccessEntry } from './access/access-entry.ts';
import type { AccessLog } from './access/access-log.ts';
import type { FunctionAnswer } from './answer.ts';
import type { ApiRoutes } from './api-routes.ts';
import { readApigAnswer } from './apig-answer.ts';
import { apigEvent } from './apig-event.ts';
import { type AppAuthentication, authenticateApp, precheckApp } from './app-authentication.ts';
import { Deadline } from './deadline.ts';
import { EventDoor } from './events/event-door.ts';
import type { Webhooks } from './events/webhooks.ts';
import { type FlowCallDeps, FlowCalls } from './flow-call.ts';
import type { GroupRoutes } from './group-routes.ts';
import { type HeaderPair, headersIn, headersOut, sourceIp } from './headers.ts';
import { decodeAnswer, encodeRequest } from './http-form.ts';
import { findPublished, isApiTarget, type Published, type PublishedFlow, type PublishedFunction } from './published.ts';
import { failureOf, forCaller, notPublished, refuse } from './refusal.ts';
import { answerHeaders, preflightHeaders, withCors } from './rules/cors.ts';
import type { RouteRules, RuleGuard } from './rules/rule-guard.ts';
import { streamedHead } from './streamed-head.ts';
import { UploadBody } from './upload-body.ts';

export interface GatewayDeps extends Pick<FlowCallDeps, 'flows' | 'runs'> {
  readonly flowTriggers: FlowTriggers;
  readonly catalog: Catalog;
  readonly iam: Iam;
  readonly apps: Pick<GatewayApps, 'byKey' | 'byCode'>;
  readonly invoker: Invoker;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: HttpMeter;
  readonly clients: Clients;
  /** Shared by the gateways of all clients. */
  readonly routes: ApiRoutes;
  readonly webhooks: Webhooks;
  readonly groups: GroupRoutes;
  readonly guard: RuleGuard;
  /** Undefined: requests are not noted. */
  readonly accessLog?: AccessLog | undefined;
  /** Whether the console is at a host, whatever its port; undefined where browsers cannot be. */
  readonly isOfConsole?: (host: string) => boolean;
  /** Of the bodies that are read whole, shared with the API. */
  readonly bodies: BodyBudget;
}

/** For the body of a request that is not streamed to the function. */
const REQUEST_MS = 60_000;
/** How long a client may leave an answer unread. */
const STALLED_MS = 60_000;
/** A body up to this size is not worth the frames of streaming. */
const SMALL_BODY_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 10_000;

/** Request data on its way to the function. */
interface Way {
  readonly requestId: string;
  /** Headers of the gateway itself, names and values by turns. */
  readonly own: readonly string[];
  readonly expectsContinue: boolean;
  /** The body, unless it is read whole. */
  readonly upload: UploadBody | undefined;
  readonly watch: UploadWatch | undefined;
  /** What the rules of the API say about other origins. */
  readonly cors: readonly HeaderPair[] | undefined;
}

const NOTHING = Buffer.alloc(0);

/** The HTTP server of the gateway port: function URLs, gateway triggers, event webhooks, and 404 for everything else. Reads no database for a request to a function. */
export function createGateway(deps: GatewayDeps, tls?: TlsOptions): Server {
  const gateway = new Gateway(deps);
  const server = createStreamingServer({
    maxConnections: MAX_CONNECTIONS,
    requireHostHeader: false,
    tls,
    handle: (request, response, expectsContinue) => gateway.handle(request, response, expectsContinue),
    onBroken: answerBrokenRequest,
  });
  if (tls === undefined) {
    servePlainRequests(server, {
      serve: (request, answer) => gateway.handle(request, answer, false),
      onLate: answerBrokenRequest,
      ...{ headMs: HEAD_MS, keepAliveMs: IDLE_MS, stalledMs: STALLED_MS },
    });
  }
  return server;
}

class Gateway {
  readonly #deps: GatewayDeps;
  readonly #flowCalls: FlowCalls;
  readonly #events: EventDoor;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
    this.#flowCalls = new FlowCalls(deps);
    this.#events = new EventDoor(deps);
  }

  /** Never rejects. */
  async handle(request: AnyRequest, response: AnyAnswer, expectsContinue: boolean): Promise<void> {
    const requestId = newRequestId();
    const { clock, meter } = this.#deps;
    const receivedAt = clock.monotonic();
    const group = this.#deps.groups.groupOf(request.headers.host);
    const own = this.#ownHeaders(request, requestId);
    const watch =
      hasBody(request) && !(request instanceof PlainRequest) ? new UploadWatch(request, clock, REQUEST_MS) : undefined;
    const access = this.#noted(request, response, requestId, group?.id);
    let cors: HeaderPair[] | undefined;
    try {
      checkHost(request);
      checkServerName(request);
      this.#deps.clients.admit(request);
      if (group === undefined && isEventTarget(request.url ?? '')) {
        const answer = await this.#events.receive(request, response, { expectsContinue, watch });
        send(request, response, answer, own);
        return;
      }
      const published = this.#published(request, group);
      access?.leadsTo(published);
      if (published.rules !== undefined) {
        const { preflight, rules } = published.rules;
        if (preflight !== undefined) {
          send(request, response, this.#preflight(published.rules, request), own);
          return;
        }
        if (rules.cors !== undefined) cors = answerHeaders(rules.cors, request.headers.origin);
        const authenticated = published.kind === 'flow' || published.auth !== 'none';
        this.#deps.guard.admit(published.rules, this.#deps.clients.clientOf(request), authenticated);
      }
      refuseUpgrade(request);
      const upload =
        published.kind === 'flow' ? undefined : this.#upload(published, request, response, expectsContinue);
      if (upload !== undefined) watch?.lift();
      const way = { requestId, own, expectsContinue, upload, watch, cors };
      const answer =
        published.kind === 'flow'
          ? await this.#callFlow(published, request, response, way)
          : await this.#call(published, request, response, way).finally(() => upload?.discard());
      if (answer === undefined) return;
      send(request, response, { ...answer, headers: withCors(answer.headers, cors) }, own);
    } catch (thrown) {
      if (thrown instanceof ClientGone) {
        response.destroy();
        return;
      }
      const error = forCaller(thrown);
      const status = refuse(request, response, error, { requestId, cors });
      const { log } = this.#deps;
      if (status >= 500 && !(error instanceof PlatformError && error.spec.audience === 'user')) {
        log.error({ requestId, err: error }, 'gateway request failed');
      } else log.debug({ requestId, status }, 'gateway request refused');
    } finally {
      const route = group === undefined ? routeOf(request.url ?? '') : 'gatewayApi';
      meter.observe(route, response.statusCode, clock.monotonic() - receivedAt);
    }
  }

  /** A page of a function at a host of the console has an origin of its own, and reads and sets no cookies. */
  #ownHeaders({ headers }: Pick<IncomingMessage, 'headers'>, requestId: string): readonly string[] {
    const named = ['X-CFF-Request-Id', requestId];
    return this.#deps.isOfConsole?.(headers.host ?? '') === true ? [...named, ...SANDBOX] : named;
  }

  /** Costs no call of the API. Throws `gateway_address_refused`. */
  #preflight(route: RouteRules, request: AnyRequest): FunctionAnswer {
    this.#deps.guard.admitAddress(route, this.#deps.clients.clientOf(request));
    request.resume();
    const { rules, preflight = '' } = route;
    const { origin } = request.headers;
    const headers = rules.cors === undefined ? [] : preflightHeaders(rules.cors, preflight, origin);
    return { statusCode: 204, headers, body: NOTHING };
  }

  #noted(
    request: AnyRequest,
    response: AnyAnswer,
    requestId: string,
    groupId: string | undefined,
  ): AccessEntry | undefined {
    const { accessLog, clients, clock } = this.#deps;
    if (accessLog === undefined) return undefined;
    const write = (line: string): void => accessLog.write(line);
    return new AccessEntry(request, response, { requestId, groupId, clients, clock, write });
  }

  /** From memory. Throws `url_not_found` for all targets that are not published, with the same text. */
  #published(request: AnyRequest, group: Group | undefined): Published {
    const published = findPublished(request, group, this.#deps);
    if (published === undefined) throw notPublished();
    return published;
  }

  /**
   * The body, when it is streamed to the function; undefined when it is read whole before. A signature is over the
   * whole body, a function without streaming is not to be occupied by a client that sends slowly, and the caller of a
   * gateway trigger has a time limit that is not for sending.
   */
  #upload(
    { urn, runtime, auth, api }: PublishedFunction,
    request: AnyRequest,
    response: AnyAnswer,
    expectsContinue: boolean,
  ): UploadBody | undefined {
    const { catalog, clock } = this.#deps;
    const { 'content-length': declared } = request.headers;
    if (request instanceof PlainRequest || response instanceof PlainAnswer) return undefined;
    if (auth !== 'none' || api !== undefined || !hasBody(request) || Number(declared ?? Infinity) <= SMALL_BODY_BYTES)
      return undefined;
    if (languageOf(runtime)?.id !== 'http' || !mayStream(catalog, urn)) return undefined;
    return new UploadBody(request, response, { clock, limitBytes: LIMITS.streamBytes, expectsContinue });
  }

  #toApp(triggerId: string): AppAuthentication {
    const { apps, clock } = this.#deps;
    return { apps, triggerId, nowMs: clock.now() };
  }

  /** Throws unless the request has the proof that its route requires. */
  async #authenticate(
    { urn, auth, apiId, rules }: Pick<PublishedFunction, 'urn' | 'auth' | 'apiId' | 'rules'>,
    request: AnyRequest,
    rawBody: Buffer,
  ): Promise<void> {
    const { iam } = this.#deps;
    const signed = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: rawBody };
    if (auth === 'app') {
      const appId = authenticateApp(signed, this.#toApp(apiId));
      if (rules !== undefined) this.#deps.guard.admitCaller(rules, 'app', appId);
      return;
    }
    const peer = this.#deps.clients.clientOf(request);
    const caller = await identify({ iam }, ROUTES.invokeFunction, signed, peer);
    const params = { project_id: urn.projectId, function_urn: formatUrn(urn) };
    authorize(iam, ROUTES.invokeFunction, caller, { params, peer });
    if (rules !== undefined) this.#deps.guard.admitCaller(rules, 'user', caller.principal.id);
  }

  #read(
    sender: string,
    request: AnyRequest,
    response: AnyAnswer,
    way: Pick<Way, 'expectsContinue' | 'watch'>,
    limitBytes: number = LIMITS.syncEventBytes,
  ): Promise<Buffer> | Buffer {
    if (!hasBody(request)) return NOTHING;
    const { bodies, clients } = this.#deps;
    const room = (): BodyRoom => bodies.open(bodyClaims(sender, clients.clientOf(request)));
    return readBody(request, response, { ...way, limitBytes, tooLarge: eventTooLarge, room });
  }

  async #callFlow(
    published: PublishedFlow,
    request: AnyRequest,
    response: AnyAnswer,
    { requestId, expectsContinue, watch }: Way,
  ): Promise<FunctionAnswer> {
    checkProof(request.headers, this.#deps.clients.clientOf(request));
    this.#deps.iam.precheck(request.headers);
    const { flow } = published;
    const sender = `${flow.projectId}/flow/${flow.id}`;
    const limitBytes = published.rules?.rules.max_body_bytes;
    const body = await this.#read(sender, request, response, { expectsContinue, watch }, limitBytes);
    const peer = this.#deps.clients.clientOf(request);
    const ip = sourceIp(peer);
    const headers = headersIn(request, { requestId, sourceIp: ip, prefix: published.prefix, authenticated: true });
    return this.#flowCalls.call(published, { request, body, peer, sourceIp: ip, headers, requestId }, response);
  }

  /** Undefined when the answer was streamed already. */
  async #call(
    published: PublishedFunction,
    request: AnyRequest,
    response: AnyAnswer,
    { requestId, own, expectsContinue, upload, watch, cors }: Way,
  ): Promise<FunctionAnswer | undefined> {
    const { urn, runtime, auth, prefix, url, apiId, stage, pathParameters, api } = published;
    const { iam, invoker, async, clock } = this.#deps;
    const receivedAt = clock.monotonic();
    const method = request.method ?? '';
    const peer = this.#deps.clients.clientOf(request);
    const depth = peer.resident === undefined ? undefined : depthOfCall(undefined, peer.resident.depths());
    if (auth === 'iam') {
      checkProof(request.headers, peer);
      iam.precheck(request.headers);
    }
    if (auth === 'app') precheckApp(request.headers, this.#toApp(apiId));
    const { projectId, package: pkg, name } = urn;
    const sender = `${projectId}/${pkg}/${name}`;
    const limitBytes = published.rules?.rules.max_body_bytes;
    const body =
      upload === undefined
        ? await this.#read(sender, request, response, { expectsContinue, watch }, limitBytes)
        : NOTHING;
    if (auth !== 'none') await this.#authenticate(published, request, body);
    const ip = sourceIp(peer);
    const headers = headersIn(request, { requestId, sourceIp: ip, prefix, authenticated: auth !== 'none' });
    const isHttp = languageOf(runtime)?.id === 'http';
    const event = isHttp
      ? encodeRequest(method, url, headers, body)
      : apigEvent({ method, url, headers, body, requestId, apiId, stage, pathParameters, sourceIp: ip });
    if (event.length > MAX_BODY_BYTES) {
      throw new PlatformError('event_too_large', `The event for the function is over ${MAX_BODY_BYTES} bytes.`);
    }
    if (api?.async === true) {
      await async.accept({ urn, event, requestId, headers: request.headers, depth });
      return accepted(requestId);
    }
    let stream: ResponseStream | undefined;
    const deadline = api === undefined ? undefined : new Deadline(clock, api.timeoutMs, 'function');
    const running = invoker.invoke({
      urn,
      event,
      mode: 'gateway',
      requestId,
      attempt: 1,
      tail: false,
      headers: request.headers,
      depth,
      receivedAt,
      ...(isHttp ? { http: true } : {}),
      openSink: () => {
        const shape = (head: StreamHead): ResponseHead => {
          const shaped = streamedHead(head, method, own, cors);
          deadline?.lift();
          return shaped;
        };
        const wire = response instanceof PlainAnswer ? response.stream() : response;
        stream = new ResponseStream(wire, { clock, shape, unwanted: upload?.refused ?? deadline?.over });
        return stream;
      },
      ...(upload === undefined ? {} : { body: upload }),
    });
    const result = deadline === undefined ? await running : await deadline.hold(running);
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

/** For the times of answers. */
function routeOf(target: string): string {
  if (isEventTarget(target)) return 'eventWebhook';
  return isApiTarget(target) ? 'gatewayApi' : 'functionUrl';
}

function refuseUpgrade({ headers }: Pick<IncomingMessage, 'headers'>): void {
  if (!/websocket/i.test(headers.upgrade ?? '')) return;
  throw new PlatformError('invalid_request', 'WebSocket connections are not supported by the gateway.');
}

/** The caller of an asynchronous trigger gets the id under which the event is stored. */
function accepted(requestId: string): FunctionAnswer {
  const body = Buffer.from(JSON.stringify({ request_id: requestId }));
  return { statusCode: 202, headers: [['Content-Type', 'application/json; charset=utf-8']], body };
}

function send(request: AnyRequest, response: AnyAnswer, answer: FunctionAnswer, own: readonly string[]): void {
  const { statusCode, body, declaredLength } = answer;
  const flat: string[] = [];
  for (const [name, value] of answer.headers) flat.push(name, value);
  flat.push(...own);
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
  if (!(response instanceof PlainAnswer)) response.setTimeout(STALLED_MS, () => response.destroy());
  response.end(body);
}

const CLOSE_IDLE_EVERY_MS = 100;

/** Accepts no new connections and resolves when the last is closed; when `cut` fires, the remaining ones are broken. */
export async function stopGateway(server: Server, clock: Clock, cut: AbortSignal): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  const breakAll = (): void => server.closeAllConnections();
  let timer = clock.after(0, function sweep() {
    // A connection whose last answer was sent after the close began is idle then, and its client may keep it open.
    server.closeIdleConnections();
    timer = clock.after(CLOSE_IDLE_EVERY_MS, sweep);
  });
  cut.addEventListener('abort', breakAll, { once: true });
  if (cut.aborted) breakAll();
  await closed;
  timer.cancel();
  cut.removeEventListener('abort', breakAll);
}
