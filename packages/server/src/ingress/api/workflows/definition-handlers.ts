import type { DecodedBody, Routes } from '@funcgraph/api';
import { type FlowDefinition, readDefinition, readVendor, violationOf, writeVendor } from '@funcgraph/flow';
import { type Flow, type FlowTriggers, invalidFlow, readTrigger } from '../../../flows/index.ts';
import { DEFAULT_ENTERPRISE_PROJECT } from '../../../iam/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type EventSecrets, isEvent } from '../../../triggers/index.ts';
import type { Handlers } from '../../http/handler.ts';
import { connectionsOf, type TriggerConnectionDeps } from '../trigger-connections.ts';
import { FlowAccess, type FlowAccessDeps } from './flow-access.ts';
import { flowTime, savedReply } from './replies.ts';
import { triggersReply } from './triggers-reply.ts';

type Body = DecodedBody<Routes['createWorkflow']>;

/** Reads the definition of a body: our graph, or the states of the API. Throws `invalid_flow`, `invalid_request`. */
function readDefinitionBody({ graph, ...states }: Body): FlowDefinition {
  const result = graph === undefined ? readVendor(states) : readDefinition(graph);
  if (graph !== undefined) refuseStates(states, graph.name);
  if (!result.ok) throw invalidFlow(result.problems.map(violationOf));
  return result.definition;
}

function refuseStates({ name, ...states }: Omit<Body, 'graph'>, graphName: unknown): void {
  const given = Object.entries(states).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined && (name === undefined || name === graphName)) return;
  throw new PlatformError('invalid_request', `graph and ${given ?? 'another name'} exclude each other`, {
    hint: 'Send the definition as graph, or as states, not both.',
  });
}

type Ids =
  | 'createWorkflow'
  | 'listWorkflow'
  | 'showWorkFlow'
  | 'updateWorkFlow'
  | 'renewWorkflowTriggerSecret'
  | 'batchDeleteWorkflows'
  | 'checkWorkflow';

const PAGE = 200;

export interface FlowDefinitionDeps extends FlowAccessDeps, TriggerConnectionDeps {
  /** Where the gateway is reached. */
  readonly gateway: () => string;
  readonly flowTriggers: Pick<FlowTriggers, 'all' | 'get' | 'caughtUp' | 'store'>;
  readonly eventSecrets: EventSecrets;
  readonly clock: Clock;
}

/** Create, list, show, change, check and delete flows. */
export function flowDefinitionHandlers(deps: FlowDefinitionDeps): Handlers<Ids> {
  const { flows } = deps;
  const access = new FlowAccess(deps);
  const secretOf = (id: string): string | undefined => {
    const trigger = deps.flowTriggers.get(id);
    return trigger === undefined ? undefined : deps.eventSecrets.of(trigger);
  };
  const triggersOf = (flow: Flow) => [...deps.flowTriggers.all()].filter((one) => one.flow.id === flow.id);
  return {
    async createWorkflow(request) {
      const definition = readDefinitionBody(request.body);
      const author = access.author(request, definition, undefined);
      const flow = await flows.create(request.params.project_id, definition, author);
      return savedReply(flow, access.urn(flow));
    },

    async listWorkflow(request) {
      const { workflow_name: part, enterprise_project: enterprise, mode, limit, offset } = request.query;
      // policies decide which flows are visible, so the page is cut afterwards
      const visible = (await flows.list(request.params.project_id)).filter(
        (flow) =>
          (!part || flow.name.includes(part)) &&
          (!mode || flow.mode === mode) &&
          (!enterprise || enterprise === (flow.enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT)) &&
          access.allows(request, 'list', flow),
      );
      const { from, size } = requestedPage({ limit, offset });
      const shown = visible.slice(from, from + size);
      return {
        total: visible.length,
        size: shown.length,
        workflows: shown.map((flow) => ({ ...savedReply(flow, access.urn(flow)), mode: flow.mode })),
      };
    },

    async showWorkFlow(request) {
      const flow = await access.find(request, 'get');
      const definition = await flows.definition(flow.definition);
      const enabled = triggersOf(flow).map(readTrigger);
      return {
        id: flow.id,
        workflow_urn: access.urn(flow),
        created_time: flowTime(flow.createdAt),
        updated_time: flowTime(flow.modifiedAt),
        created_by: flow.createdBy,
        definition: writeVendor(definition),
        graph: { ...definition },
        triggers: triggersReply(definition, {
          projectId: flow.projectId,
          flowId: flow.id,
          urn: access.urn(flow),
          gateway: deps.gateway(),
          connections: await connectionsOf(enabled, deps),
          storedOf: (id) => deps.flowTriggers.get(id)?.settings,
          secretOf: (id) => (access.allows(request, 'update', flow) ? secretOf(id) : undefined),
        }),
      };
    },

    async updateWorkFlow(request) {
      const before = await access.find(request, 'update');
      const definition = readDefinitionBody(request.body);
      const flow = await flows.update(before, definition, access.author(request, definition, before));
      return { ...savedReply(flow, access.urn(flow)), ...(flow === before ? { unchanged: true } : {}) };
    },

    async renewWorkflowTriggerSecret(request) {
      const flow = await access.find(request, 'update');
      const { trigger_name: name } = request.params;
      const { flowTriggers, clock } = deps;
      const found = triggersOf(flow).find((one) => one.name === name && isEvent(one.settings));
      if (found === undefined || !(await flowTriggers.store.renewSecret(found.id, clock.now()))) {
        const message = `the flow ${flow.name} has no enabled EVENT trigger ${name.slice(0, 64)}`;
        throw new PlatformError('trigger_not_found', message);
      }
      await flowTriggers.caughtUp();
      return { trigger_name: name, secret: secretOf(found.id) ?? '' };
    },

    async checkWorkflow(request) {
      try {
        const definition = readDefinitionBody(request.body);
        const rights = access.rights(request, definition);
        return { violations: await flows.check(request.params.project_id, definition, rights) };
      } catch (error) {
        if (error instanceof PlatformError && error.violations !== undefined)
          return { violations: [...error.violations] };
        throw error;
      }
    },

    async batchDeleteWorkflows(request) {
      const success: string[] = [];
      const fail: { workflow_urn: string; error_detail: string }[] = [];
      for (const urn of new Set(request.body.workflow_urns)) {
        try {
          await flows.delete(await access.byUrn(request, urn, 'delete'));
          success.push(urn);
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error;
          fail.push({ workflow_urn: urn, error_detail: `${error.spec.fss}: ${error.message}` });
        }
      }
      return { success, fail };
    },
  };
}

/** A page as the API of flows counts it: at most 200, and a negative offset means 0. */
export function requestedPage({
  limit,
  offset,
}: {
  readonly limit?: string | undefined;
  readonly offset?: string | undefined;
}): {
  readonly from: number;
  readonly size: number;
} {
  const requested = Number(limit ?? PAGE);
  return { from: Math.max(0, Number(offset ?? 0)), size: requested <= 0 ? PAGE : Math.min(requested, PAGE) };
}
