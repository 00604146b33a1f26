import type { Json, JsonObject } from '@funcgraph/flow';
import type { FlowRunStatus, FlowRuns } from '../../../flows/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type Handlers, Reply } from '../../http/handler.ts';
import { comparisonReply } from './comparison-reply.ts';
import { requestedPage } from './definition-handlers.ts';
import { FlowAccess, type FlowAccessDeps } from './flow-access.ts';
import { runRange } from './run-range.ts';
import { runDetailReply, runReply, syncReply } from './run-replies.ts';
import { flagOf, startRequest, textOf } from './start-request.ts';
import { statisticsRange, statisticsReply } from './statistics.ts';

type Ids =
  | 'startWorkflowExecution'
  | 'startSyncWorkflowExecution'
  | 'listWorkflowExecutions'
  | 'showWorkflowExecutionForPage'
  | 'showWorkflowExecution'
  | 'followWorkflowExecution'
  | 'compareWorkflowExecutions'
  | 'showWorkflowExecutionGraph'
  | 'retryWorkFlow'
  | 'stopWorkFlow'
  | 'forkWorkflowExecution'
  | 'createCallbackWorkflow'
  | 'showTenantMetric'
  | 'showWorkFlowMetric';

export interface FlowRunDeps extends FlowAccessDeps {
  readonly runs: FlowRuns;
  readonly clock: Clock;
  readonly retainDays: number;
}

const STATUSES: readonly FlowRunStatus[] = ['success', 'fail', 'running', 'timeout', 'cancel', 'scheduled', 'stopping'];
const DAY_MINUTES = 1440;
const HISTORY_PAGE = 100;

/** Start, follow and end runs of flows. */
export function flowRunHandlers(deps: FlowRunDeps): Handlers<Ids> {
  const { runs, clock, iam } = deps;
  const access = new FlowAccess(deps);
  const minutes = deps.retainDays * DAY_MINUTES;
  return {
    async startWorkflowExecution(request) {
      const flow = await access.find(request, 'invoke');
      const { body, headers, caller } = request;
      const { id } = await runs.start(startRequest({ flow, body, headers, startedBy: caller.userName }));
      return { execution_id: id };
    },

    async startSyncWorkflowExecution(request) {
      const flow = await access.find(request, 'invoke');
      if (flow.mode !== 'EXPRESS') {
        throw new PlatformError(
          'invalid_request',
          `flow ${flow.name} is a standard flow: it runs asynchronously only`,
          {
            hint: 'Start it with POST …/executions, or save it with mode EXPRESS.',
          },
        );
      }
      const { body, headers, caller } = request;
      const requested = startRequest({ flow, body, headers, startedBy: caller.userName });
      return syncReply(await runs.runSync(requested, request.goneSignal()));
    },

    async listWorkflowExecutions(request) {
      const flow = await access.find(request, 'get');
      const { from, size } = requestedPage(request.query);
      const filter = { ...runRange(request.query, clock.now()), ...statusOf(request.query.status) };
      const found = await runs.list(flow, { ...filter, offset: from, limit: size });
      return { executions: found.runs.map((run) => runReply(run, access.urn(flow))) };
    },

    async showWorkflowExecutionForPage(request) {
      const flow = await access.find(request, 'get');
      const limit = Number(request.query.limit);
      if (limit < 1 || limit > HISTORY_PAGE) {
        throw new PlatformError('invalid_request', `limit must be from 1 to ${HISTORY_PAGE}`);
      }
      const filter = { ...runRange(request.query, clock.now()), ...statusOf(request.query.status) };
      const found = await runs.list(flow, { ...filter, offset: Number(request.query.offset), limit });
      const executions = found.runs.map((run) => runReply(run, access.urn(flow)));
      return { total: found.total, size: executions.length, executions };
    },

    async showWorkflowExecution(request) {
      const flow = await access.find(request, 'get');
      const full = flagOf(request.headers, 'x-get-workflow-full-history-data') ?? false;
      return runDetailReply(await runs.show(flow, request.params.execution_id, { full }), access.urn(flow));
    },

    async followWorkflowExecution(request) {
      const flow = await access.find(request, 'get');
      const after = Number(request.query.after ?? -1);
      const mayGoOn = (): boolean => iam.holds(request) && access.allows(request, 'get', flow);
      const events = await runs.follow(flow, request.params.execution_id, after, request.goneSignal());
      return new Reply(whileAllowed(events, mayGoOn, clock));
    },

    async showWorkflowExecutionGraph(request) {
      const flow = await access.find(request, 'get');
      return { graph: { ...(await runs.definition(flow, request.params.execution_id)) } };
    },

    async compareWorkflowExecutions(request) {
      const { project_id, workflow_id, execution_id } = request.params;
      const { with: secondRun, with_workflow: secondFlow = workflow_id, all } = request.query;
      const first = { flow: await access.find(request, 'get'), runId: execution_id };
      const other = { ...request, params: { project_id, workflow_id: secondFlow } };
      const second = { flow: await access.find(other, 'get'), runId: secondRun };
      const comparison = await runs.compare(first, second, { all: all === 'true' });
      return comparisonReply(comparison, [access.urn(first.flow), access.urn(second.flow)]);
    },

    async retryWorkFlow(request) {
      const flow = await access.find(request, 'invoke');
      const id = await runs.retry(flow, request.params.execution_id, request.caller.userName);
      return new Reply({}, { headers: { 'X-WorkflowRun-ID': id } });
    },

    async stopWorkFlow(request) {
      await runs.stop(await access.find(request, 'invoke'), request.params.execution_id);
      return {};
    },

    async forkWorkflowExecution(request) {
      const flow = await access.find(request, 'invoke');
      const { node, input, new_definition: newDefinition = false } = request.body;
      const id = await runs.fork(flow, request.params.execution_id, {
        node,
        newDefinition,
        startedBy: request.caller.userName,
        ...(input === undefined ? {} : { input: input as Json }),
      });
      return { execution_id: id };
    },

    async createCallbackWorkflow(request) {
      const flow = await access.find(request, 'callback');
      const runId = textOf(request.headers, 'x-workflow-run-id');
      const id = textOf(request.headers, 'x-workflow-state-id');
      if (runId === undefined || id === undefined) {
        throw new PlatformError('invalid_request', 'X-Workflow-Run-Id and X-Workflow-State-Id are required', {
          hint: 'They are $RUN.id and $RUN.callback.<node> of the run.',
        });
      }
      const { result, output = {}, error = '' } = request.body;
      const given = result === 'success' ? { output: output as JsonObject } : { error };
      await runs.callback(flow, runId, { id, result: given });
      return { execution_id: runId };
    },

    async showTenantMetric({ params, query }) {
      const range = statisticsRange(query, clock.now(), minutes);
      return statisticsReply(await runs.statistics({ projectId: params.project_id }, range), query.metric_type);
    },

    async showWorkFlowMetric(request) {
      const flow = await access.byUrn(request, request.params.workflow_urn, 'get');
      const range = statisticsRange(request.query, clock.now(), minutes);
      return statisticsReply(await runs.statistics({ projectId: flow.projectId, flow }, range));
    },
  };
}

function statusOf(text: string | undefined): { readonly status?: FlowRunStatus } {
  if (!text) return {};
  const status = STATUSES.find((one) => one === text);
  if (status === undefined) throw new PlatformError('invalid_request', `status must be one of ${STATUSES.join(', ')}`);
  return { status };
}

/** How long a follower may continue after its rights were revoked. */
const ASK_EVERY_MS = 30_000;

async function* whileAllowed<T>(values: AsyncIterable<T>, mayGoOn: () => boolean, clock: Clock): AsyncGenerator<T> {
  let checkedAt = clock.now();
  for await (const value of values) {
    if (clock.now() - checkedAt >= ASK_EVERY_MS) {
      if (!mayGoOn()) return;
      checkedAt = clock.now();
    }
    yield value;
  }
}
