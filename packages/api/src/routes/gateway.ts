import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { NumberText, ProjectParams } from '../schemas/common.ts';
import {
  CreateGatewayGroupBody,
  GatewayAccessLogPage,
  GatewayApi,
  GatewayApiApps,
  GatewayApiBody,
  GatewayApiList,
  GatewayGroup,
  GatewayGroupList,
  GatewayRelease,
  GatewayReleaseList,
  GatewayStage,
  GatewayStageList,
  GatewayTriggerApiList,
  PublishGatewayApiBody,
  PutGatewayStageBody,
  UpdateGatewayGroupBody,
} from '../schemas/gateway.ts';

const GROUPS = '/v1/{project_id}/gateway/groups';
const GROUP = `${GROUPS}/{group_id}` as const;
const HOST = `${GROUP}/hosts/{host}` as const;
const STAGES = `${GROUP}/stages` as const;
const GROUP_STAGE = `${STAGES}/{stage}` as const;
const APIS = `${GROUP}/apis` as const;
const API = `${APIS}/{api_id}` as const;
const APPS = `${API}/apps` as const;
const APP = `${APPS}/{app_id}` as const;
const STAGE = `${API}/stages/{stage}` as const;

const GroupParams = Type.Object({ ...ProjectParams.properties, group_id: Type.String() });
const HostParams = Type.Object({ ...GroupParams.properties, host: Type.String() });
const GroupStageParams = Type.Object({ ...GroupParams.properties, stage: Type.String() });
const ApiParams = Type.Object({ ...GroupParams.properties, api_id: Type.String() });
const AppParams = Type.Object({ ...ApiParams.properties, app_id: Type.String() });
const StageParams = Type.Object({ ...ApiParams.properties, stage: Type.String() });

const group = 'gateway';

/** Groups of APIs with host names of their own. */
export const gatewayRoutes = {
  createGatewayGroup: route({
    method: 'POST',
    path: GROUPS,
    action: 'functiongraph:gateway:create',
    resource: namedIn('body', 'name'),
    group,
    summary: 'Create a group of APIs',
    params: ProjectParams,
    body: CreateGatewayGroupBody,
    response: GatewayGroup,
    status: 201,
  }),
  listGatewayGroups: route({
    method: 'GET',
    path: GROUPS,
    action: 'functiongraph:gateway:list',
    group,
    summary: 'Groups of the project, by name',
    params: ProjectParams,
    response: GatewayGroupList,
  }),
  showGatewayGroup: route({
    method: 'GET',
    path: GROUP,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'A group with its host names',
    params: GroupParams,
    response: GatewayGroup,
  }),
  updateGatewayGroup: route({
    method: 'PUT',
    path: GROUP,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Change the name or the description of a group; its APIs and host names stay',
    params: GroupParams,
    body: UpdateGatewayGroupBody,
    response: GatewayGroup,
  }),
  deleteGatewayGroup: route({
    method: 'DELETE',
    path: GROUP,
    action: 'functiongraph:gateway:delete',
    group,
    summary: 'Delete a group with its APIs; its host names are free then',
    params: GroupParams,
    status: 204,
  }),
  addGatewayHost: route({
    method: 'PUT',
    path: HOST,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Send requests with this host name to the group; a name belongs to one group of the whole server',
    params: HostParams,
    response: GatewayGroup,
  }),
  removeGatewayHost: route({
    method: 'DELETE',
    path: HOST,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Remove a host name from the group',
    params: HostParams,
    status: 204,
  }),
  listGatewayStages: route({
    method: 'GET',
    path: STAGES,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'Stages of the group, RELEASE first',
    params: GroupParams,
    response: GatewayStageList,
  }),
  putGatewayStage: route({
    method: 'PUT',
    path: GROUP_STAGE,
    action: 'functiongraph:gateway:update',
    group,
    summary:
      'Add a stage, or replace its variables; they have effect at once, and need the right to create triggers of functions that follow them',
    params: GroupStageParams,
    body: PutGatewayStageBody,
    response: GatewayStage,
  }),
  deleteGatewayStage: route({
    method: 'DELETE',
    path: GROUP_STAGE,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Delete a stage in which nothing is published, with its history',
    params: GroupStageParams,
    status: 204,
  }),
  createGatewayApi: route({
    method: 'POST',
    path: APIS,
    action: 'functiongraph:gateway:update',
    resource: namedIn('body', 'name'),
    group,
    summary:
      'Add an API; requires the right to create triggers of its function, or to update its flow, too. It is reached when it is published',
    params: GroupParams,
    body: GatewayApiBody,
    response: GatewayApi,
    status: 201,
  }),
  listGatewayApis: route({
    method: 'GET',
    path: APIS,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'APIs of the group, by name',
    params: GroupParams,
    response: GatewayApiList,
  }),
  showGatewayApi: route({
    method: 'GET',
    path: API,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'An API as it was defined last, and its published releases',
    params: ApiParams,
    response: GatewayApi,
  }),
  updateGatewayApi: route({
    method: 'PUT',
    path: API,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Replace the definition of an API; what is published stays',
    params: ApiParams,
    body: GatewayApiBody,
    response: GatewayApi,
  }),
  deleteGatewayApi: route({
    method: 'DELETE',
    path: API,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Delete an API, also where it is published',
    params: ApiParams,
    status: 204,
  }),
  listGatewayApiApps: route({
    method: 'GET',
    path: APPS,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'Apps that may call an API with auth APP',
    params: ApiParams,
    response: GatewayApiApps,
  }),
  allowGatewayApiApp: route({
    method: 'PUT',
    path: APP,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Let an app call an API with auth APP, in all stages; requires the right to change the app too',
    params: AppParams,
    status: 204,
  }),
  disallowGatewayApiApp: route({
    method: 'DELETE',
    path: APP,
    action: 'functiongraph:gateway:update',
    group,
    summary: 'Let an app call an API no more; requires the right to change the app too',
    params: AppParams,
    status: 204,
  }),
  listGatewayTriggerApis: route({
    method: 'GET',
    path: '/v1/{project_id}/gateway/trigger-apis',
    action: 'functiongraph:trigger:list',
    access: 'any',
    group,
    summary: 'APIs that triggers of functions and flows make, by group and path; those that the caller may see',
    params: ProjectParams,
    query: Type.Object({ marker: Type.Optional(NumberText), limit: Type.Optional(NumberText) }),
    response: GatewayTriggerApiList,
  }),
  queryGatewayAccessLog: route({
    method: 'GET',
    path: '/v1/{project_id}/gateway/access-log',
    action: 'functiongraph:gateway:getLog',
    group,
    summary: 'Requests of the gateway for APIs, functions and flows of the project, the last answers first',
    params: ProjectParams,
    query: Type.Object({
      from: Type.Optional(Type.String({ description: 'RFC 3339, of the end of an answer; one hour ago unless set.' })),
      to: Type.Optional(Type.String()),
      group_id: Type.Optional(Type.String({ maxLength: 64 })),
      status: Type.Optional(Type.String({ description: 'A status like 404, or a class like 5xx.' })),
      keyword: Type.Optional(
        Type.String({ maxLength: 256, description: 'Part of client, host, path, function, flow or request id.' }),
      ),
      limit: Type.Optional(NumberText),
      cursor: Type.Optional(Type.String()),
    }),
    response: GatewayAccessLogPage,
  }),
  publishGatewayApi: route({
    method: 'POST',
    path: STAGE,
    action: 'functiongraph:gateway:publish',
    group,
    summary: 'Publish the definition of an API, or that of an earlier release again',
    params: StageParams,
    body: PublishGatewayApiBody,
    response: GatewayRelease,
    status: 201,
  }),
  unpublishGatewayApi: route({
    method: 'DELETE',
    path: STAGE,
    action: 'functiongraph:gateway:publish',
    group,
    summary: 'Stop serving an API in a stage; its releases can be published again',
    params: StageParams,
    status: 204,
  }),
  listGatewayReleases: route({
    method: 'GET',
    path: STAGE,
    action: 'functiongraph:gateway:get',
    group,
    summary: 'The last 20 releases of an API in a stage, newest first',
    params: StageParams,
    response: GatewayReleaseList,
  }),
} as const;
