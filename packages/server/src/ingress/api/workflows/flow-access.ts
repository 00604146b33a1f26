import { formatFlowUrn, parseFlowUrn } from '@funcgraph/api';
import type { FlowDefinition } from '@funcgraph/flow';
import type { Access, Flow, FlowAuthor, FlowRights, Flows } from '../../../flows/index.ts';
import type { Caller, FunctionRef, Iam, Peer } from '../../../iam/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { authorizeReading } from '../triggers.ts';

export interface FlowAccessDeps {
  readonly iam: Iam;
  readonly flows: Flows;
  readonly region: string;
}

/** The parts of a request that decide about rights. */
export interface Asking {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

type Right =
  | 'get'
  | 'list'
  | 'create'
  | 'update'
  | 'delete'
  | 'invoke'
  | 'callback'
  | 'createTags'
  | 'deleteTags'
  | 'listTags';
type Named = Pick<Flow, 'name' | 'enterpriseProjectId'>;

/**
 * Finds flows for requests and decides about each. A policy names a flow as `workflow:default/<name>`; its rights may
 * also come from the enterprise project of the flow.
 */
export class FlowAccess {
  readonly #deps: FlowAccessDeps;

  constructor(deps: FlowAccessDeps) {
    this.#deps = deps;
  }

  /** Throws `forbidden`. */
  authorize(asking: Asking, right: Right, flow: Named): void {
    this.#deps.iam.authorize(asking.caller, this.#question(asking, right, flow));
  }

  allows(asking: Asking, right: Right, flow: Named): boolean {
    return this.#deps.iam.allows(asking.caller, this.#question(asking, right, flow));
  }

  /** The flow of a path. Throws `flow_not_found`, `forbidden`. */
  async find(asking: Asking & { readonly params: { readonly workflow_id: string } }, right: Right): Promise<Flow> {
    const flow = await this.#deps.flows.find(asking.params.project_id, asking.params.workflow_id);
    this.authorize(asking, right, flow);
    return flow;
  }

  /** Throws `invalid_urn`, `flow_not_found`, `forbidden`. */
  async byUrn(asking: Asking, text: string, right: Right): Promise<Flow> {
    const projectId = asking.params.project_id;
    const urn = parseFlowUrn(text);
    if (urn === undefined) {
      throw new PlatformError('invalid_urn', `${text.slice(0, 200)} is not the URN of a flow`, {
        hint: 'Form: urn:fss:<region>:<project>:workflow:default:<name>:latest',
      });
    }
    if (urn.projectId !== projectId) throw new PlatformError('forbidden', 'The URN belongs to another project.');
    const flow = await this.#deps.flows.flowByUrn(projectId, text);
    if (flow === undefined) throw new PlatformError('flow_not_found', `the project has no flow ${urn.name}`);
    this.authorize(asking, right, flow);
    return flow;
  }

  /** Throws `forbidden`, `unknown_agency`, `unknown_enterprise_project`. */
  author(asking: Asking, definition: FlowDefinition, before: Flow | undefined): FlowAuthor {
    const { iam } = this.#deps;
    const { caller, peer, params } = asking;
    const { agency, enterprise_project_id: enterpriseProjectId = '' } = definition;
    if (agency !== undefined) {
      iam.authorizePassing(caller, params.project_id, { name: agency, field: 'graph.agency', peer });
    }
    if (enterpriseProjectId !== '' && enterpriseProjectId !== before?.enterpriseProjectId) {
      iam.tenancy.checkEnterpriseProject(params.project_id, enterpriseProjectId);
    }
    this.authorize(asking, before === undefined ? 'create' : 'update', { name: definition.name, enterpriseProjectId });
    for (const { trigger_type: type } of definition.triggers) authorizeReading(iam, asking, type);
    const { kind, id } = caller.principal;
    if (kind === 'nobody') throw new PlatformError('forbidden', 'Only users and agencies save flows.');
    return { principal: { kind, id }, name: caller.userName, rights: this.rights(asking, definition) };
  }

  /** Those of the agency of the definition, else of the caller: the calls of the flow have them. */
  rights(asking: Asking, { agency }: FlowDefinition): FlowRights {
    const { iam } = this.#deps;
    const { peer, params } = asking;
    const projectId = params.project_id;
    const caller = agency === undefined ? asking.caller : iam.agencyCaller(projectId, agency);
    const functionAccess = (fn: FunctionRef): Access => {
      const may = (who: Caller, right: string): boolean =>
        iam.allows(who, { action: `functiongraph:function:${right}`, projectId, fn, peer });
      if (caller !== undefined && may(caller, 'invoke')) return 'usable';
      return may(asking.caller, 'getConfig') ? 'visible' : 'hidden';
    };
    return {
      ofFunction: functionAccess,
      ofFlow: (flow) => {
        if (caller !== undefined && this.allows({ ...asking, caller }, 'invoke', flow)) return 'usable';
        return this.allows(asking, 'get', flow) ? 'visible' : 'hidden';
      },
    };
  }

  urn({ projectId, name }: Pick<Flow, 'projectId' | 'name'>): string {
    return formatFlowUrn({ region: this.#deps.region, projectId, name });
  }

  #question({ peer, params }: Asking, right: Right, { name, enterpriseProjectId }: Named) {
    return {
      action: `functiongraph:workflow:${right}`,
      projectId: params.project_id,
      path: `default/${name}`,
      enterpriseProjectId,
      peer,
    };
  }
}
