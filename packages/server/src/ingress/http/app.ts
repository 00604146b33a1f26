import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Iam } from '../../iam/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { TrustedProxies } from '../../lib/trusted-proxies.ts';
import { ClientGone } from '../bodies/read-body.ts';
import { SpooledBody } from '../bodies/spool.ts';
import { type ApiBodies, REQUEST_MS } from './api-bodies.ts';
import { isNoted, onRecord } from './audit-trail.ts';
import { authorize, authorizeEarly, identify } from './authorization.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { goneSignal } from './gone-signal.ts';
import { type ApiRequest, type Handlers, STREAMED } from './handler.ts';
import type { HttpMeter } from './http-meter.ts';
import { InvocationDoor } from './invocation-door.ts';
import { checkHost } from './one-host.ts';
import { failed, isIterable, jsonLines, outcomeOf } from './outcome.ts';
import { projectOf } from './resource.ts';
import { check, checkPath, compileRoutes, parseJson } from './validate.ts';

export interface AppOptions {
  readonly handlers: Handlers;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long requests may still run once `close` was called; their connections are cut then. */
  readonly drainMs: number;
  readonly meter: HttpMeter;
  /** Does not wait for work that waits for an unavailable database. */
  readonly unlessAway: <T>(work: Promise<T>) => Promise<T>;
  readonly bodies: ApiBodies;
  readonly proxies: TrustedProxies;
  /** Throws when nothing new can be stored. */
  readonly refuseWhenFull: () => void;
}

const CLOSE_IDLE_EVERY_MS = 100;
/** How long a connection without requests is kept. */
const IDLE_MS = 72_000;

/**
 * Ends requests that do not end by themselves when the app closes. `closing` is for streams; other requests get
 * `drainMs`.
 */
function endInTime(app: FastifyInstance, { clock, drainMs }: AppOptions, closing: AbortController): void {
  let cut: Timer | undefined;
  let sweep: Timer | undefined;
  // A connection whose last answer was sent after the close began is idle then, and its client may keep it for minutes.
  const closeIdle = (): void => {
    app.server.closeIdleConnections();
    sweep = clock.after(CLOSE_IDLE_EVERY_MS, closeIdle);
  };
  app.addHook('preClose', async () => {
    closing.abort(new Error('the server is stopping'));
    cut = clock.after(drainMs, () => app.server.closeAllConnections());
    closeIdle();
  });
  app.addHook('onClose', async () => {
    cut?.cancel();
    sweep?.cancel();
  });
}

const HEAD_MS = 15_000;
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 5000;
/** Of one parameter in a path; a URN of the longest names is shorter. */
const MAX_PARAM_CHARS = 512;

/** The HTTP front of every route: request id, authentication, validation, errors. Holds no logic of any operation. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { handlers, iam, clock, log, meter, unlessAway, bodies, proxies, refuseWhenFull } = options;
  const validators = compileRoutes();
  const closer = new AbortController();
  const closing = closer.signal;
  const door = new InvocationDoor({ handlers, iam, clock, log, closing, meter, unlessAway, bodies, proxies });
  const app = fastify({
    serverFactory: (framework) => {
      const limits = { headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS };
      const options = {
        ...limits,
        connectionsCheckingInterval: 5000,
        maxHeaderSize: MAX_HEAD_BYTES,
        noDelay: true,
        requireHostHeader: false,
      };
      const server = createServer(options, (request, response) => {
        if (!door.takes(request, response)) framework(request, response);
      });
      // the client may send its body when the operation needs it
      server.on('checkContinue', framework).on('checkExpectation', framework);
      server.maxConnections = MAX_CONNECTIONS;
      return server;
    },
    loggerInstance: log as FastifyBaseLogger,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    requestIdHeader: false,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  });

  endInTime(app, options, closer);
  // The framework reads no body: SDKs send them with any method, and the signature covers their bytes.
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) app.addHttpMethod(method, { overrideExisting: true });

  function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (thrown instanceof ClientGone) {
      reply.hijack();
      reply.raw.destroy();
      return;
    }
    const { status, headers, body } = failed(fromFramework(thrown), request, log);
    // Closing while the client still sends would reset the connection, and the client would never see this answer.
    // Further bytes are discarded unread, for as long as a request may take.
    reply.removeHeader('connection');
    reply.status(status).headers(headers).send(body);
  }

  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    sendError(
      new PlatformError('not_found', `no operation ${request.method} ${request.url.split('?')[0]}`),
      request,
      reply,
    );
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-Id', request.id);
    checkHost(request.raw);
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const { id = 'none' } = request.routeOptions.config as { id?: string };
    meter.observe(id, reply.statusCode, reply.elapsedTime);
    done();
  });

  for (const id of Object.keys(ROUTES) as RouteId[]) register(id);

  function register<R extends RouteId>(id: R): void {
    const route: Route = ROUTES[id];
    const handler = handlers[id];
    const validator = validators[id];
    const noting = isNoted(id, route);
    // requests that remove data make room
    const storing = (noting && route.method !== 'DELETE') || id === 'asyncInvokeFunction' || id === 'sendImagePiece';

    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      config: { id },
      handler: async (request, reply) => {
        const receivedAt = clock.monotonic();
        // the rest of the proof needs the body
        if (route.auth === 'required') iam.precheck(request.headers);
        if (storing) refuseWhenFull();
        const received = await bodies.receive(request.raw, reply.raw, route);
        try {
          return await run(received, receivedAt, request, reply);
        } finally {
          if (received instanceof SpooledBody) await received.close();
        }
      },
    });

    async function run(
      received: Buffer | SpooledBody,
      receivedAt: number,
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<FastifyReply> {
      const params = request.params as ApiRequest<R>['params'];
      const { method, url, headers } = request;
      const peer = proxies.clientOf(request.raw);
      const payload = received instanceof SpooledBody ? received.proof : received;
      const caller = await identify(iam, route, { method, url, headers, payload });
      const noted = { id: request.id, caller, params, query: request.query, body: {} as unknown, peer };
      const work = async (): Promise<unknown> => {
        checkPath(params);
        authorizeEarly(iam, route, caller, params);
        const projectId = projectOf(route, params);
        // routes with access `caller` concern the project itself
        if (projectId === undefined || route.method === 'GET' || route.access === 'caller') return handle();
        return iam.tenancy.gate.during(projectId, handle);
      };
      const handle = async (): Promise<unknown> => {
        const rawBody = received instanceof SpooledBody ? await received.load() : received;
        const sent: unknown = route.bodyEncoding === 'json' ? parseJson(rawBody) : {};
        noted.body = sent;
        check(validator.query, request.query, 'query');
        const body = route.bodyEncoding === 'json' ? validator.body(sent) : sent;
        authorize(iam, route, caller, { params, query: request.query, body, peer });
        return handler({
          id: request.id,
          params,
          query: request.query as ApiRequest<R>['query'],
          body: body as ApiRequest<R>['body'],
          rawBody,
          headers,
          caller,
          peer,
          response: reply.raw,
          goneSignal: () => AbortSignal.any([goneSignal(reply.raw), closing]),
          receivedAt,
        });
      };
      const working = noting ? onRecord(iam, { routeId: id, route }, noted, work) : work();
      // functions run without the database
      const result = id === 'invokeFunction' ? await working : await unlessAway(working);
      return result === STREAMED ? reply.hijack() : answer(route, reply, result);
    }
  }

  function answer(route: Route, reply: FastifyReply, result: unknown): FastifyReply {
    const { status, headers, body } = outcomeOf(route, result);
    reply.status(status).headers(headers);
    const lines = isIterable(body) && !(body instanceof Readable);
    return reply.send(lines ? Readable.from(jsonLines(body)) : body);
  }

  return app;
}

/** Faults found by the HTTP framework, as errors of the API. */
function fromFramework(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof PlatformError || !('code' in thrown)) return thrown;
  switch (thrown.code) {
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new PlatformError('invalid_request', `a part of the path has more than ${MAX_PARAM_CHARS} characters`);
    case 'FST_ERR_BAD_URL':
      return new PlatformError('invalid_request', thrown.message);
    default:
      return thrown;
  }
}
