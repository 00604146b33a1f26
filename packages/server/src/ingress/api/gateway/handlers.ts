import type { RouteResponse, Routes } from '@funcgraph/api';
import { type GatewayApps, RELEASE } from '../../../control/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import {
  type Api,
  type ApiDefinition,
  type GatewayApis,
  type GatewayGroups,
  type GatewayStages,
  type Group,
  isFlowBackend,
  isReference,
  isSameDefinition,
  type LiveGateway,
  type Release,
  type Stage,
  stageNotFound,
} from '../../../services/index.ts';
import type { ApiRequest, Handlers } from '../../http/handler.ts';
import { apiTime } from '../functions-reply.ts';
import { type BackendDeps, Backends } from './backends.ts';
import { readDefinition } from './read-definition.ts';

type Ids =
  | 'createGatewayGroup'
  | 'listGatewayGroups'
  | 'showGatewayGroup'
  | 'updateGatewayGroup'
  | 'deleteGatewayGroup'
  | 'addGatewayHost'
  | 'removeGatewayHost'
  | 'listGatewayStages'
  | 'putGatewayStage'
  | 'deleteGatewayStage'
  | 'createGatewayApi'
  | 'listGatewayApis'
  | 'showGatewayApi'
  | 'updateGatewayApi'
  | 'deleteGatewayApi'
  | 'listGatewayApiApps'
  | 'allowGatewayApiApp'
  | 'disallowGatewayApiApp'
  | 'publishGatewayApi'
  | 'unpublishGatewayApi'
  | 'listGatewayReleases';

export interface GatewayHandlerDeps extends BackendDeps {
  readonly gatewayGroups: GatewayGroups;
  readonly gatewayApis: GatewayApis;
  readonly gatewayApps: Pick<GatewayApps, 'allowed' | 'allow' | 'disallow'>;
  readonly gatewayStages: GatewayStages;
  readonly liveGateway: Pick<LiveGateway, 'hostsOf' | 'releasesIn'>;
  /** Address of the gateway. */
  readonly gateway: () => string;
}

/** Groups of APIs. A caller who publishes a function needs the right to create its triggers. */
export function gatewayHandlers(deps: GatewayHandlerDeps): Handlers<Ids> {
  const { gatewayGroups: groups, gatewayStages: stages, gatewayApis: apis, liveGateway } = deps;
  const backends = new Backends(deps);
  const groupOf = ({
    params,
  }: {
    readonly params: { readonly project_id: string; readonly group_id: string };
  }): Group => groups.find(params.project_id, params.group_id);
  const found = async (request: Pick<ApiRequest<'showGatewayApi'>, 'params'>) => {
    const group = groupOf(request);
    return { group, api: await apis.find(group, request.params.api_id) };
  };
  /** What an app may call is a property of the app, too. */
  const authorizeApp = ({ caller, params, peer }: ApiRequest<'allowGatewayApiApp'>): void => {
    deps.iam.authorize(caller, { action: 'functiongraph:gatewayApp:update', projectId: params.project_id, peer });
  };
  const shown = ({ projectId, definition }: Pick<Api, 'projectId' | 'definition'>) => {
    const { backend, below, timeoutMs, ...more } = definition;
    return {
      ...more,
      match: below ? 'prefix' : 'exact',
      backend_urn: backends.urn(projectId, backend),
      timeout_ms: timeoutMs,
    };
  };
  const groupReply = (group: Group): RouteResponse<Routes['showGatewayGroup']> => ({
    id: group.id,
    name: group.name,
    description: group.description,
    hosts: liveGateway.hostsOf(group),
    gateway_url: deps.gateway(),
    created_time: apiTime(group.createdAt),
  });
  const apiReply = (api: Api): RouteResponse<Routes['showGatewayApi']> => ({
    id: api.id,
    ...shown(api),
    created_time: apiTime(api.createdAt),
    last_updated_time: apiTime(api.modifiedAt),
    published: apis.published(api).map(({ stage, number, publishedAt, definition }) => ({
      stage,
      release: number,
      published_time: apiTime(publishedAt),
      outdated: !isSameDefinition(definition, api.definition),
    })),
  });
  const releaseReply = (release: Release): RouteResponse<Routes['publishGatewayApi']> => ({
    release: release.number,
    stage: release.stage,
    live: release.live,
    description: release.description,
    published_by: release.publishedBy,
    published_time: apiTime(release.publishedAt),
    definition: shown(release),
  });
  return {
    async createGatewayGroup({ params, body: { name, description = '' } }) {
      return groupReply(await groups.create(params.project_id, { name, description }));
    },

    async listGatewayGroups({ params }) {
      return { groups: groups.list(params.project_id).map(groupReply) };
    },

    async showGatewayGroup(request) {
      return groupReply(groupOf(request));
    },

    async updateGatewayGroup(request) {
      const { name, description } = request.body;
      return groupReply(await groups.update(groupOf(request), { name, description }));
    },

    async deleteGatewayGroup(request) {
      await groups.delete(groupOf(request));
      return {};
    },

    async addGatewayHost(request) {
      groups.checkMayAddHosts(deps.iam.domainOf(request.caller)?.operator === true);
      return groupReply(await groups.addHost(groupOf(request), request.params.host));
    },

    async removeGatewayHost(request) {
      await groups.removeHost(groupOf(request), request.params.host);
      return {};
    },

    async listGatewayStages(request) {
      return { stages: stages.list(groupOf(request)).map(stageReply) };
    },

    async putGatewayStage(request) {
      const group = groupOf(request);
      const { description = '', variables = {} } = request.body;
      const stage: Stage = { name: request.params.stage, description, variables };
      const changed: Group = { ...group, stages: new Map([...group.stages, [stage.name, stage]]) };
      for (const { definition } of liveGateway.releasesIn(group.id, stage.name)) {
        const { backend } = definition;
        if (!isFlowBackend(backend) && isReference(backend.qualifier)) {
          await backends.check(request, definition, { group: changed, stage: stage.name });
        }
      }
      return stageReply(await stages.put(group, stage));
    },

    async deleteGatewayStage(request) {
      await stages.delete(groupOf(request), request.params.stage);
      return {};
    },

    async createGatewayApi(request) {
      const group = groupOf(request);
      const backend = await backends.read(request, request.body);
      return apiReply(await apis.create(group, readDefinition(request.body, backend)));
    },

    async listGatewayApis(request) {
      return { apis: (await apis.list(groupOf(request))).map(apiReply) };
    },

    async showGatewayApi(request) {
      return apiReply((await found(request)).api);
    },

    async updateGatewayApi(request) {
      const { group, api } = await found(request);
      const definition = readDefinition(request.body, await backends.read(request, request.body));
      return apiReply(await apis.update(group, api, definition));
    },

    async deleteGatewayApi(request) {
      await apis.delete((await found(request)).api);
      return {};
    },

    async listGatewayApiApps(request) {
      const { api } = await found(request);
      const allowed = deps.gatewayApps.allowed(api.projectId, api.id);
      return { apps: allowed.map(({ id, name, appKey }) => ({ id, name, app_key: appKey })) };
    },

    async allowGatewayApiApp(request) {
      const { api } = await found(request);
      authorizeApp(request);
      if (api.definition.auth !== 'APP') {
        throw new PlatformError(
          'invalid_request',
          `API ${api.definition.name} has auth ${api.definition.auth}, not APP`,
        );
      }
      await deps.gatewayApps.allow(api.projectId, request.params.app_id, api.id);
      return {};
    },

    async disallowGatewayApiApp(request) {
      const { api } = await found(request);
      authorizeApp(request);
      await deps.gatewayApps.disallow(api.projectId, request.params.app_id, api.id);
      return {};
    },

    async publishGatewayApi(request) {
      const { params, body, caller } = request;
      const { group, api } = await found(request);
      const { stage } = params;
      if (stage !== RELEASE && !group.stages.has(stage)) throw stageNotFound(group, stage);
      const { from_release: from, description = '' } = body;
      const definition: ApiDefinition =
        from === undefined ? api.definition : (await apis.release(api, params.stage, from)).definition;
      await backends.check(request, definition, { group, stage });
      const { userName: publishedBy } = caller;
      return releaseReply(
        await apis.publish(group, api, { stage: params.stage, definition, description, publishedBy }),
      );
    },

    async unpublishGatewayApi(request) {
      await apis.unpublish((await found(request)).api, request.params.stage);
      return {};
    },

    async listGatewayReleases(request) {
      const { api } = await found(request);
      return { releases: (await apis.history(api, request.params.stage)).map(releaseReply) };
    },
  };
}

const stageReply = ({ name, description, variables }: Stage) => ({ name, description, variables: { ...variables } });
