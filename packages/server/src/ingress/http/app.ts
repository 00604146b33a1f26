import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Readable } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock, Timer } from '../../lib/clock.ts';
import { limitHandshakes } from '../../lib/handshakes.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ConsolePages } from '../console/pages.ts';
import { servePlainRequests } from '../plain/plain-connections.ts';
import { type ApiBodies, REQUEST_MS } from './api-bodies.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { HttpMeter } from './http-meter.ts';
import { InvocationDoor } from './invocation-door.ts';
import { checkHost } from './one-host.ts';
import { failed, isIterable, jsonLines, type Outcome } from './outcome.ts';
import { Pipeline, type PipelineDeps } from './pipeline.ts';

export interface AppOptions extends Omit<PipelineDeps, 'closing'> {
  readonly clock: Clock;
  /** How long requests may still run once `close` was called; their connections are cut then. */
  readonly drainMs: number;
  readonly meter: HttpMeter;
  readonly bodies: ApiBodies;
  /** Undefined: without TLS. */
  readonly tls?: TlsOptions;
  /** Of the console; undefined where browsers cannot be. */
  readonly pages?: ConsolePages;
  /** Whether clients of this app may use an operation; others do not exist for them. Default: all. */
  readonly offers?: (id: RouteId, route: Route) => boolean;
}

const CLOSE_IDLE_EVERY_MS = 100;
/** How long a connection without requests is kept. */
const IDLE_MS = 72_000;
/** How long a client may leave the answer to an invocation unread. */
const STALLED_MS = 60_000;

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
  const { clock, log, meter, bodies } = options;
  const closer = new AbortController();
  const pipeline = new Pipeline({ ...options, closing: closer.signal });
  const door = new InvocationDoor({ pipeline, clock, closing: closer.signal, meter, bodies });
  const app = fastify({
    serverFactory: (framework) => {
      const limits = { headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS };
      const serverOptions = {
        ...limits,
        connectionsCheckingInterval: 5000,
        maxHeaderSize: MAX_HEAD_BYTES,
        noDelay: true,
        requireHostHeader: false,
      };
      const listener = (request: IncomingMessage, response: ServerResponse): void => {
        if (!door.takes(request, response) && !options.pages?.takes(request, response)) framework(request, response);
      };
      const { tls } = options;
      const server: Server =
        tls === undefined
          ? createServer(serverOptions, listener)
          : createTlsServer({ ...serverOptions, ...tls }, listener);
      if (tls !== undefined) limitHandshakes(server);
      // the client may send its body when the operation needs it
      server.on('checkContinue', framework).on('checkExpectation', framework);
      server.maxConnections = MAX_CONNECTIONS;
      if (tls === undefined) {
        servePlainRequests(server, {
          serve: (request, answer) => door.servePlain(request, answer),
          onLate: answerBrokenRequest,
          ...{ headMs: HEAD_MS, keepAliveMs: IDLE_MS, stalledMs: STALLED_MS },
        });
      }
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
    send(reply, failed(fromFramework(thrown), request, log));
  }

  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    checkHost(request.raw);
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

  for (const id of Object.keys(ROUTES) as RouteId[]) {
    const route: Route = ROUTES[id];
    if (options.offers?.(id, route) === false) continue;
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      config: { id },
      handler: async (request, reply) => {
        const served = await pipeline.serve(id, {
          id: request.id,
          request: request.raw,
          response: reply.raw,
          params: request.params as object,
          query: request.query,
          body: () => bodies.receive(request.raw, reply.raw, route),
          receivedAt: clock.monotonic(),
        });
        return typeof served === 'string' ? reply.hijack() : send(reply, served);
      },
    });
  }

  return app;
}

function send(reply: FastifyReply, { status, headers, body, refused }: Outcome): FastifyReply {
  // Closing while the client still sends would reset the connection, and the client would never see this answer.
  // Further bytes are discarded unread, for as long as a request may take.
  if (refused) reply.removeHeader('connection');
  reply.status(status).headers(headers);
  const lines = isIterable(body) && !(body instanceof Readable);
  return reply.send(lines ? Readable.from(jsonLines(body)) : body);
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
