import { ROUTES } from '@funcgraph/api';
import type { Json } from '@funcgraph/flow';
import { traceparentIn } from '../../domain/traceparent.ts';
import type { FlowRunDetail, FlowRuns, Flows, StartFlowRun } from '../../flows/index.ts';
import type { Iam, Peer } from '../../iam/index.ts';
import { DOCUMENT_LIMITS, parseBoundedJson } from '../../lib/bounded-json.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { identify } from '../http/authorization.ts';
import { goneSignal } from '../http/gone-signal.ts';
import type { AnyAnswer } from '../plain/plain-answer.ts';
import type { AnyRequest } from '../plain/plain-request.ts';
import type { FunctionAnswer } from './answer.ts';
import { apigFields } from './apig-event.ts';
import { Deadline } from './deadline.ts';
import type { HeaderPair } from './headers.ts';
import type { PublishedFlow } from './published.ts';
import { notPublished } from './refusal.ts';
import type { RuleGuard } from './rules/rule-guard.ts';

export interface FlowCallDeps {
  readonly iam: Iam;
  readonly flows: Pick<Flows, 'flow'>;
  readonly runs: Pick<FlowRuns, 'start' | 'runSync'>;
  readonly clock: Clock;
  readonly guard: Pick<RuleGuard, 'admitCaller'>;
}

interface Received {
  readonly request: AnyRequest;
  readonly body: Buffer;
  readonly peer: Peer;
  readonly sourceIp: string;
  /** Of the request, without credentials. */
  readonly headers: readonly HeaderPair[];
  readonly requestId: string;
}

/** Starts the flow of a gateway trigger, or of an API of a group. Of an express flow the caller gets the output, of a standard flow the id of the run. */
export class FlowCalls {
  readonly #deps: FlowCallDeps;

  constructor(deps: FlowCallDeps) {
    this.#deps = deps;
  }

  async call(published: PublishedFlow, received: Received, response: AnyAnswer): Promise<FunctionAnswer> {
    const { runs } = this.#deps;
    const { flow, startedBy } = await this.#authorized(published, received);
    const input = inputOf(published, received);
    const traceparent = traceparentIn(received.request.headers);
    const request = { flow, input, headers: {}, startedBy, traceparent };
    if (flow.mode === 'NORMAL') return answer(202, { execution_id: (await runs.start(request)).id });
    return answerOf(await this.#result(published, request, response));
  }

  /** Only for a caller with a valid proof the database is read. Throws `unauthenticated`, `forbidden`, `url_not_found`. */
  async #authorized(published: PublishedFlow, { request, body, peer }: Received) {
    const { iam, flows, guard } = this.#deps;
    const signed = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: body };
    const caller = await identify({ iam }, ROUTES.startWorkflowExecution, signed, peer);
    const flow = await flows.flow(published.flow.id);
    if (flow?.projectId !== published.flow.projectId) throw notPublished();
    const { projectId, name, enterpriseProjectId } = flow;
    const { action } = ROUTES.startWorkflowExecution;
    iam.authorize(caller, { action, projectId, path: `default/${name}`, enterpriseProjectId, peer });
    if (published.rules !== undefined) guard.admitCaller(published.rules, 'user', caller.principal.id);
    return { flow, startedBy: caller.userName };
  }

  async #result({ timeoutMs }: PublishedFlow, request: StartFlowRun, response: AnyAnswer): Promise<FlowRunDetail> {
    const { runs, clock } = this.#deps;
    const deadline = new Deadline(clock, timeoutMs, 'flow');
    const signal = AbortSignal.any([goneSignal(response), deadline.over]);
    return deadline.hold(runs.runSync(request, signal));
  }
}

/** As the event of a function, but JSON stands as the value that it is, so that paths reach into it. */
function inputOf(published: PublishedFlow, { request, body, headers, sourceIp, requestId }: Received): Json {
  const { url, apiId, stage, pathParameters } = published;
  const fields = apigFields({
    ...{ method: request.method ?? '', url, headers, requestId, apiId, stage, pathParameters, sourceIp },
  });
  const isJson = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '');
  const content = isJson && body.length > 0 ? jsonOf(body) : body.toString('base64');
  return { ...fields, body: content, isBase64Encoded: !isJson && body.length > 0 };
}

function jsonOf(body: Buffer): Json {
  try {
    return parseBoundedJson(body, DOCUMENT_LIMITS) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PlatformError('invalid_request', `The body is not the JSON that Content-Type says: ${error.message}`);
  }
}

function answerOf({ id, status, output, error }: FlowRunDetail): FunctionAnswer {
  switch (status) {
    case 'success':
      return answer(200, output ?? {}, id);
    case 'timeout':
      throw new PlatformError('url_timeout', 'The flow did not end within its timeout.');
    case 'fail': {
      const reason = error === undefined ? '' : ` (${error.code})`;
      throw new PlatformError('function_failed', `The flow failed${reason}.`, { hint: `See its run ${id}.` });
    }
    default:
      throw new PlatformError('function_failed', `The run of the flow has ended: ${status}.`);
  }
}

function answer(statusCode: number, value: Json, runId?: string): FunctionAnswer {
  const headers: HeaderPair[] = [['Content-Type', 'application/json; charset=utf-8']];
  if (runId !== undefined) headers.push(['X-WorkflowRun-ID', runId]);
  return { statusCode, headers, body: Buffer.from(JSON.stringify(value)) };
}
