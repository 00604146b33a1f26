import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import type { Logger } from 'pino';
import { depthOfCall } from '../../domain/call-depth.ts';
import type { Caller, Iam, Peer } from '../../iam/index.ts';
import { check } from '../../lib/body-parser.ts';
import { ClientGone } from '../bodies/read-body.ts';
import { SpooledBody } from '../bodies/spool.ts';
import type { Clients } from '../clients/clients.ts';
import { checkProof } from '../clients/proof.ts';
import type { BrowserDoor } from '../console/browser-door.ts';
import type { AnyAnswer } from '../plain/plain-answer.ts';
import type { AnyRequest } from '../plain/plain-request.ts';
import { isNoted, onRecord } from './audit-trail.ts';
import { authorize, authorizeEarly, identify } from './authorization.ts';
import { decompressed, isCompressed } from './content-coding.ts';
import { goneSignal } from './gone-signal.ts';
import { type Handler, type Handlers, STREAMED } from './handler.ts';
import { CHANGE_HEADER, type KnownChanges, requestedChange } from './known-change.ts';
import { checkHost } from './one-host.ts';
import { failed, type Outcome, outcomeOf } from './outcome.ts';
import { checkPath, type PathRules } from './path-check.ts';
import { projectOf } from './resource.ts';
import { parseJson, validatorsOf } from './validate.ts';

export interface PipelineDeps {
  readonly handlers: Handlers;
  readonly iam: Iam;
  readonly region: string;
  /** Undefined where browsers cannot be. */
  readonly browsers?: BrowserDoor;
  readonly log: Logger;
  readonly clients: Clients;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
  /** Does not wait for work that waits for an unavailable database. */
  readonly unlessUnavailable: <T>(work: Promise<T>) => Promise<T>;
  /** Throws when nothing new can be stored. */
  readonly refuseWhenFull: () => void;
  readonly changes: KnownChanges;
  /** A flow of a project by its id, for the audit log; undefined for an unknown one. */
  readonly flowName: (projectId: string, flowId: string) => Promise<string | undefined>;
}

/** A request whose operation is known. */
export interface Incoming {
  readonly id: string;
  readonly request: AnyRequest;
  readonly response: AnyAnswer;
  readonly params: object;
  readonly query: unknown;
  /** The bytes of the body, or the way to receive them; a received body on disk is closed at the end. */
  readonly body: Buffer | (() => Promise<Buffer | SpooledBody>);
  /** Monotonic ms. */
  readonly receivedAt: number;
}

/** `streamed`: the answer is out already. `gone`: the client disconnected, and gets none. */
export type Served = Outcome | 'streamed' | 'gone';

/** A route with everything that is known about it before the first request. */
interface Operation {
  readonly id: RouteId;
  readonly route: Route;
  readonly handler: Handler<RouteId>;
  readonly isJson: boolean;
  /** JSON and events; other bytes are stored as they come. */
  readonly decodes: boolean;
  readonly pathRules: PathRules;
  /** Something is validated before the last authorization. */
  readonly validates: boolean;
  /** May create something in the project of the path. */
  readonly changesProject: boolean;
  readonly noted: boolean;
  readonly stores: boolean;
}

/** Operations that store data and are not in the audit log. */
const STORING: ReadonlySet<RouteId> = new Set<RouteId>([
  'asyncInvokeFunction',
  'startWorkflowExecution',
  'startSyncWorkflowExecution',
  'createCallbackWorkflow',
  'sendImagePiece',
  'sendRecords',
  'putBucketObject',
]);

/** Takes the body for the audit log, once it is parsed. */
type Note = (body: unknown) => void;

const noteNothing: Note = () => {};

/** The state of one request between the steps. */
interface Step {
  readonly incoming: Incoming;
  readonly received: Buffer | SpooledBody;
  readonly caller: Caller;
  readonly peer: Peer;
}

/**
 * The one way of a request of the API: identify its sender, authorize, validate, handle, answer. Every door leads here,
 * whatever framework has read the head of the request.
 */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #operations: ReadonlyMap<RouteId, Operation>;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#operations = new Map(
      (Object.keys(ROUTES) as RouteId[]).map((id) => {
        const route: Route = ROUTES[id];
        const noted = isNoted(id, route);
        const operation: Operation = {
          id,
          route,
          handler: deps.handlers[id] as Handler<RouteId>,
          isJson: route.bodyEncoding === 'json',
          decodes: route.bodyEncoding === 'json' || isInvocation(id),
          pathRules: { region: deps.region, isOfProject: /^\/v[12]\/\{project_id\}/.test(route.path) },
          validates: route.bodyEncoding === 'json' || Object.keys(route.query.properties).length > 0,
          // routes with access `caller` concern the project itself, and invocations create nothing that has no function
          changesProject:
            projectOf(route, {}) !== undefined &&
            route.method !== 'GET' &&
            route.access !== 'caller' &&
            !isInvocation(id),
          noted,
          // requests that remove data make room
          stores: (noted && route.method !== 'DELETE') || STORING.has(id),
        };
        return [id, operation];
      }),
    );
  }

  /** Never rejects. */
  async serve(id: RouteId, incoming: Incoming): Promise<Served> {
    const operation = this.#operations.get(id);
    if (operation === undefined) throw new Error(`no operation ${id}`);
    const { request, response, body } = incoming;
    let received: Buffer | SpooledBody | undefined;
    try {
      checkHost(request);
      this.#deps.clients.admit(request);
      received = typeof body === 'function' ? await this.#receive(operation, request, body) : body;
      if (CHANGE_HEADER in request.headers) await this.#know(request);
      const result = await this.#run(operation, incoming, received);
      return result === STREAMED ? 'streamed' : this.#numbered(operation, outcomeOf(operation.route, result));
    } catch (error) {
      if (error instanceof ClientGone) {
        response.destroy();
        return 'gone';
      }
      const { method = '', url = '' } = request;
      return failed(error, { id: incoming.id, method, url, errors: operation.route.errors }, this.#deps.log);
    } finally {
      if (received instanceof SpooledBody) await received.close();
    }
  }

  /** Waits for a change that another server has made, if the request names one. */
  async #know({ headers }: AnyRequest): Promise<void> {
    const number = requestedChange(headers);
    const { changes, unlessUnavailable } = this.#deps;
    if (number !== undefined && number > changes.at) await unlessUnavailable(changes.notBefore(number));
  }

  /** Requests to other servers that carry the number see the change. */
  #numbered({ noted }: Operation, outcome: Outcome): Outcome {
    if (!noted) return outcome;
    return { ...outcome, headers: { ...outcome.headers, [CHANGE_HEADER]: String(this.#deps.changes.at) } };
  }

  /** Refuses what can be refused without the body, before the client sends it. */
  #receive(
    { route, stores }: Operation,
    request: AnyRequest,
    body: () => Promise<Buffer | SpooledBody>,
  ): Promise<Buffer | SpooledBody> {
    if (route.auth === 'required') {
      const { iam, browsers, clients } = this.#deps;
      const { method = '', headers } = request;
      if (browsers?.takes(headers)) browsers.precheck({ method, headers });
      else {
        checkProof(headers, clients.clientOf(request));
        iam.precheck(headers);
      }
    }
    if (stores) this.#deps.refuseWhenFull();
    return body();
  }

  async #run(operation: Operation, incoming: Incoming, received: Buffer | SpooledBody): Promise<unknown> {
    const { iam, clients, unlessUnavailable } = this.#deps;
    const { id, route, noted } = operation;
    const { request, params, query } = incoming;
    const { method = '', url = '', headers } = request;
    const payload = received instanceof SpooledBody ? received.proof : received;
    const peer = clients.clientOf(request);
    const caller = await identify(this.#deps, route, { method, url, headers, payload }, peer);
    const step: Step = { incoming, received, caller, peer };
    if (!noted) {
      const working = this.#admit(operation, step, noteNothing);
      // functions run without the database
      // a handler of a stream returns it at once
      return id === 'invokeFunction' ? working : unlessUnavailable(Promise.resolve(working));
    }
    const entry = { id: incoming.id, caller, params, query, body: {} as unknown, peer, depth: depthOf(caller, peer) };
    const note: Note = (body) => {
      entry.body = body;
    };
    return unlessUnavailable(
      onRecord({ iam, flowName: this.#deps.flowName }, { routeId: id, route }, entry, async () =>
        this.#admit(operation, step, note),
      ),
    );
  }

  /** Authorizes as far as that needs no body, and keeps the project from being deleted meanwhile. */
  #admit(operation: Operation, step: Step, note: Note): Promise<unknown> {
    const { iam } = this.#deps;
    const { route, validates, changesProject, pathRules } = operation;
    const { params, request } = step.incoming;
    checkPath(params, request.headers, pathRules);
    if (validates) authorizeEarly(iam, route, step.caller, params);
    if (!changesProject) return this.#handle(operation, step, note);
    return iam.tenancy.gate.during(projectOf(route, params) ?? '', async () => this.#handle(operation, step, note));
  }

  #handle(operation: Operation, step: Step, note: Note): Promise<unknown> {
    const { received, incoming } = step;
    if (operation.decodes && isCompressed(incoming.request.headers['content-encoding'])) {
      // a small body may become a large one, not for everybody
      authorizeEarly(this.#deps.iam, operation.route, step.caller, incoming.params);
      return this.#decoded(operation, received).then((rawBody) => this.#call(operation, step, rawBody, note));
    }
    return received instanceof SpooledBody
      ? received.load().then((rawBody) => this.#call(operation, step, rawBody, note))
      : this.#call(operation, step, received, note);
  }

  async #decoded({ route }: Operation, received: Buffer | SpooledBody): Promise<Buffer> {
    return decompressed(received instanceof SpooledBody ? await received.load() : received, route.bodyLimit);
  }

  #call(operation: Operation, step: Step, rawBody: Buffer, note: Note): Promise<unknown> {
    const { iam, closing } = this.#deps;
    const { route, handler, isJson } = operation;
    const validators = validatorsOf(operation.id);
    const { incoming, caller, peer } = step;
    const { id, request, response, params, query, receivedAt } = incoming;
    const sent: unknown = isJson ? parseJson(rawBody) : {};
    note(sent);
    check(validators.query, query, 'query');
    const body = isJson ? validators.body(sent) : sent;
    authorize(iam, route, caller, { params, query, body, peer });
    return handler({
      id,
      params,
      query,
      body,
      rawBody,
      headers: request.headers,
      caller,
      peer,
      depth: depthOf(caller, peer),
      response,
      goneSignal: () => AbortSignal.any([goneSignal(response), closing]),
      receivedAt,
    } as Parameters<typeof handler>[0]) as Promise<unknown>;
  }
}

function isInvocation(id: RouteId): boolean {
  return id === 'invokeFunction' || id === 'asyncInvokeFunction';
}

/** Undefined for callers that are no functions: they pay nothing for it. */
function depthOf({ depth }: Caller, { resident }: Peer): number | undefined {
  if (depth === undefined && resident === undefined) return undefined;
  return depthOfCall(depth, resident?.depths() ?? []);
}
