import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Iam } from '../../iam/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isNoted, onRecord } from './audit-trail.ts';
import { authorize, authorizeEarly, identify } from './authorization.ts';
import { goneSignal } from './gone-signal.ts';
import { type ApiRequest, type Handlers, STREAMED } from './handler.ts';
import type { HttpMeter } from './http-meter.ts';
import { InvocationDoor } from './invocation-door.ts';
import { failed, isIterable, jsonLines, outcomeOf } from './outcome.ts';
import { check, compileRoutes, parseJson } from './validate.ts';

export interface AppOptions {
  readonly handlers: Handlers;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long requests may still run once `close` was called; their connections are cut then. */
  readonly drainMs: number;
  readonly meter: HttpMeter;
  /** Does not wait for work that waits for a database which is away. */
  readonly unlessAway: <T>(work: Promise<T>) => Promise<T>;
}

const EMPTY = Buffer.alloc(0);
const CLOSE_IDLE_EVERY_MS = 100;
/** Head and body of a request must arrive within this. */
const REQUEST_MS = 120_000;
/** How long a connection without requests is kept. */
const IDLE_MS = 72_000;

/** Ends what does not end by itself when the app closes. `closing` is for streams; other requests get `drainMs`. */
function endInTime(app: FastifyInstance, { clock, drainMs }: AppOptions, closing: AbortController): void {
  let cut: Timer | undefined;
  let sweep: Timer | undefined;
  // A connection whose last answer went out after the close began is idle then, and its client may keep it for minutes.
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

const SMALL_BODY_BYTES = 64 * 1024;
/** Of one parameter in a path; a URN of the longest names is shorter. */
const MAX_PARAM_CHARS = 512;

function hasSmallBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= SMALL_BODY_BYTES;
}

/** The HTTP front of every route: request id, authentication, validation, errors. Holds no logic of any operation. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { handlers, iam, clock, log, meter, unlessAway } = options;
  const validators = compileRoutes();
  const closer = new AbortController();
  const closing = closer.signal;
  const door = new InvocationDoor({ handlers, iam, clock, log, closing, meter, unlessAway });
  const app = fastify({
    serverFactory: (framework) =>
      createServer({ requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS, noDelay: true }, (request, response) => {
        if (!door.takes(request, response)) framework(request, response);
      }),
    loggerInstance: log as FastifyBaseLogger,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  });

  endInTime(app, options, closer);
  // SDKs sign and send bodies on GET and DELETE, and bodies of any content type are bytes first: the signature covers them.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { status, headers, body } = failed(fromFramework(thrown, request), request, log);
    // Closing while the client still sends would reset the connection, and the client would never see this answer. What
    // it goes on sending is thrown away unread, for as long as a request may take.
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
    const validator = validators.get(id);
    if (validator === undefined) throw new Error(`no validators for ${id}`);
    const noting = isNoted(id, route);

    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      bodyLimit: route.bodyLimit,
      config: { id },
      // A large body is read only for a known key and a fresh date; the rest of the proof needs the body.
      onRequest: (request, _reply, done) => {
        if (route.auth === 'required' && !hasSmallBody(request)) iam.precheck(request.headers);
        done();
      },
      handler: async (request, reply) => {
        const receivedAt = clock.monotonic();
        const rawBody = Buffer.isBuffer(request.body) ? request.body : EMPTY;
        const params = request.params as ApiRequest<R>['params'];
        const { method, url, headers } = request;
        const { socket: peer } = request.raw;
        const caller = await identify(iam, route, { method, url, headers, rawBody });
        const noted = { id: request.id, caller, params, body: {} as unknown, peer };
        const work = async (): Promise<unknown> => {
          authorizeEarly(iam, route, caller, params);
          const body: unknown = route.bodyEncoding === 'json' ? parseJson(rawBody) : {};
          noted.body = body;
          check(validator.query, request.query, 'query');
          if (route.bodyEncoding === 'json') check(validator.body, body, 'body');
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
      },
    });
  }

  function answer(route: Route, reply: FastifyReply, result: unknown): FastifyReply {
    const { status, headers, body } = outcomeOf(route, result);
    reply.status(status).headers(headers);
    const lines = isIterable(body) && !(body instanceof Readable);
    return reply.send(lines ? Readable.from(jsonLines(body)) : body);
  }

  return app;
}

/** Faults that the HTTP framework found, in our words. */
function fromFramework(thrown: unknown, request: FastifyRequest): unknown {
  if (!(thrown instanceof Error) || thrown instanceof PlatformError || !('code' in thrown)) return thrown;
  const limit = request.routeOptions?.bodyLimit;
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const invocation = /\/invocations(-async)?$/.test(request.url.split('?')[0] ?? '');
      return new PlatformError(
        invocation ? 'event_too_large' : 'body_too_large',
        `the request body is over the limit of ${limit} bytes`,
      );
    }
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new PlatformError('invalid_request', `a part of the path has more than ${MAX_PARAM_CHARS} characters`);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return new PlatformError('invalid_request', thrown.message);
    default:
      return thrown;
  }
}
