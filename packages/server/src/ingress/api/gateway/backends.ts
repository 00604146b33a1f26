import { formatFlowUrn, formatQualifier, formatUrn, parseFlowUrn, parseQualifier, parseUrn } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import type { Catalog } from '../../../control/index.ts';
import type { Flow, FlowCatalog } from '../../../flows/index.ts';
import type { Caller, Iam, Peer } from '../../../iam/index.ts';
import { resolve } from '../../../invocation/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import {
  type ApiBackend,
  type ApiDefinition,
  type FlowBackend,
  type FunctionBackend,
  type Group,
  isFlowBackend,
  isReference,
  qualifierIn,
} from '../../../services/index.ts';

export interface BackendDeps {
  readonly iam: Iam;
  readonly catalog: Catalog;
  readonly flows: Pick<FlowCatalog, 'flow' | 'flowByUrn'>;
  readonly region: string;
}

/** The parts of a request that decide about rights. */
interface About {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

interface ReadBackend {
  readonly backend: ApiBackend;
  readonly isHttp: boolean;
}

/** Functions and flows behind APIs. An API leads to its backend, as a trigger does, and needs the same right. */
export class Backends {
  readonly #deps: BackendDeps;

  constructor(deps: BackendDeps) {
    this.#deps = deps;
  }

  /** Throws `invalid_request`, `forbidden` and the errors of unknown functions, versions and aliases. */
  async read(request: About, { backend_urn: text }: { readonly backend_urn: string }): Promise<ReadBackend> {
    if (parseFlowUrn(text) !== undefined) return { backend: await this.#flowIn(request, text), isHttp: false };
    const { catalog, region } = this.#deps;
    const projectId = request.params.project_id;
    // a variable of a stage in place of a version or an alias
    const [, base = text, reference] = /^(.*):(!?#[^:]*#)$/.exec(text) ?? [];
    const urn = parseUrn(base);
    if (reference !== undefined && (urn?.qualifier !== undefined || !isReference(reference))) {
      throw new PlatformError('invalid_request', `backend_urn: ${reference.slice(0, 80)} does not name a variable`);
    }
    if (urn?.projectId !== projectId || urn.region !== region) {
      throw new PlatformError('invalid_request', 'backend_urn must be the URN of a function or a flow of the project', {
        hint: `Form: urn:fss:${region}:${projectId}:function:default:<name>[:<version>|:!<alias>]`,
      });
    }
    const { package: pkg, name, qualifier } = urn;
    this.#authorize(request, { package: pkg, name });
    const { functionId, runtime } = resolve(catalog, urn);
    return {
      backend: {
        functionId,
        package: pkg,
        name,
        qualifier: reference ?? (qualifier === undefined ? 'latest' : formatQualifier(qualifier)),
      },
      isHttp: languageOf(runtime)?.id === 'http',
    };
  }

  /** Throws like `read`, and for a variable that the stage lacks. */
  async check(
    request: About,
    { backend }: ApiDefinition,
    { group, stage }: { readonly group: Group; readonly stage: string },
  ): Promise<void> {
    if (isFlowBackend(backend)) return this.#checkFlow(request, backend);
    const { catalog, region } = this.#deps;
    const projectId = request.params.project_id;
    const { functionId, package: pkg, name } = backend;
    this.#authorize(request, backend);
    const qualifier = qualifierIn(group, stage, backend.qualifier);
    if (qualifier === undefined) {
      throw new PlatformError('invalid_request', `stage ${stage} has no variable ${backend.qualifier}`, {
        hint: 'Set it: fgs gateway stages set.',
      });
    }
    const urn = { region, projectId, package: pkg, name, qualifier: parseQualifier(qualifier) };
    if (resolve(catalog, urn).functionId === functionId) return;
    throw new PlatformError('function_not_found', `the function ${name} was deleted and created again`, {
      hint: 'Update the API to use the new one.',
    });
  }

  urn(projectId: string, backend: ApiBackend): string {
    const { region } = this.#deps;
    const { name } = backend;
    if (isFlowBackend(backend)) return formatFlowUrn({ region, projectId, name });
    return `${formatUrn({ region, projectId, package: backend.package, name })}:${backend.qualifier}`;
  }

  async #flowIn(request: About, text: string): Promise<FlowBackend> {
    const { flows, region } = this.#deps;
    const { project_id: projectId } = request.params;
    const urn = parseFlowUrn(text);
    if (urn?.projectId !== projectId || urn.region !== region) {
      throw new PlatformError('invalid_request', 'backend_urn must be the URN of a function or a flow of the project');
    }
    const flow = await flows.flowByUrn(projectId, text);
    this.#authorizeFlow(request, flow ?? urn);
    if (flow === undefined) throw new PlatformError('flow_not_found', `the project has no flow ${urn.name}`);
    return { flowId: flow.id, name: flow.name };
  }

  async #checkFlow(request: About, { flowId, name }: FlowBackend): Promise<void> {
    const flow = await this.#deps.flows.flow(flowId);
    this.#authorizeFlow(request, flow ?? { name });
    if (flow?.projectId === request.params.project_id) return;
    throw new PlatformError('flow_not_found', `the flow ${name} was deleted`, {
      hint: 'Update the API to use another one.',
    });
  }

  /** Triggers are part of a flow: who may change it may make them. */
  #authorizeFlow(
    { caller, peer, params }: About,
    { name, enterpriseProjectId }: Pick<Flow, 'name'> & { readonly enterpriseProjectId?: string },
  ): void {
    this.#deps.iam.authorize(caller, {
      action: 'functiongraph:workflow:update',
      projectId: params.project_id,
      path: `default/${name}`,
      ...(enterpriseProjectId === undefined ? {} : { enterpriseProjectId }),
      peer,
    });
  }

  #authorize({ caller, peer, params }: About, { package: pkg, name }: Pick<FunctionBackend, 'package' | 'name'>): void {
    const fn = { package: pkg, name };
    const projectId = params.project_id;
    this.#deps.iam.authorize(caller, { action: 'functiongraph:trigger:create', projectId, fn, peer });
  }
}
