import { type Catalog, functionUrn, isApi } from '../../../control/index.ts';
import type { FlowTriggers } from '../../../flows/index.ts';
import { invokeUrl } from '../../../triggers/index.ts';
import type { ApiRequest, Handlers } from '../../http/handler.ts';
import { markedPage } from '../page.ts';
import { FlowAccess, type FlowAccessDeps } from '../workflows/flow-access.ts';

export interface TriggerApiDeps extends FlowAccessDeps {
  readonly catalog: Catalog;
  readonly flowTriggers: Pick<FlowTriggers, 'all'>;
  /** Address of the gateway. */
  readonly gateway: () => string;
}

type Listing = ApiRequest<'listGatewayTriggerApis'>;

/** What gateway triggers serve. They are changed where they belong to: at the function or in the flow. */
export function triggerApiHandlers(deps: TriggerApiDeps): Handlers<'listGatewayTriggerApis'> {
  const { iam, catalog, flows, flowTriggers, region, gateway } = deps;
  const access = new FlowAccess(deps);

  function ofFunctions({ caller, peer, params: { project_id: projectId } }: Listing) {
    const visible = new Map<string, boolean>();
    return [...catalog.allTriggers()].filter(isApi).flatMap((trigger) => {
      const { fn, functionId, qualifier } = trigger;
      if (fn.projectId !== projectId) return [];
      const right = { action: 'functiongraph:trigger:list', projectId, fn, peer };
      const isVisible = visible.get(functionId) ?? iam.allows(caller, right);
      visible.set(functionId, isVisible);
      return isVisible ? [{ ...trigger, fn, backend_urn: functionUrn(fn, region, qualifier) }] : [];
    });
  }

  async function ofFlows(request: Listing) {
    const projectId = request.params.project_id;
    const all = (await flows.list(projectId)).filter((flow) => access.allows(request, 'get', flow));
    const visible = new Map(all.map((flow) => [flow.id, flow]));
    return [...flowTriggers.all()].filter(isApi).flatMap((trigger) => {
      const flow = visible.get(trigger.flow.id);
      return flow === undefined
        ? []
        : [{ ...trigger, fn: { projectId }, backend_urn: access.urn(flow), flow_id: flow.id }];
    });
  }

  return {
    async listGatewayTriggerApis(request) {
      const found = [...ofFunctions(request), ...(await ofFlows(request))];
      const sorted = found
        .map((one) => ({ ...one, key: `${one.settings.groupId} ${one.settings.path} ${one.id}` }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const { items, page_info, count } = markedPage(sorted, request.query, { usual: 100, most: 500 });
      const apis = items.map((one) => {
        const { settings, backend_urn } = one;
        return {
          trigger_id: one.id,
          name: 'name' in one ? one.name : settings.name,
          group_id: settings.groupId,
          method: settings.method,
          path: settings.path,
          match: settings.matchMode === 'SWA' ? 'prefix' : 'exact',
          stage: settings.envName,
          auth: settings.auth,
          invoke_url: invokeUrl(one, gateway()),
          backend_urn,
          ...('flow_id' in one ? { flow_id: one.flow_id } : {}),
        };
      });
      return { apis, page_info, count };
    },
  };
}
