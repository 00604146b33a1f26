import { Type } from 'typebox';
import { namedIn } from '../resource.ts';
import { route } from '../route.ts';
import { ProjectParams } from '../schemas/common.ts';
import {
  CreateGatewayAppBody,
  GatewayAppDetail,
  GatewayAppList,
  GatewayAppWithSecrets,
} from '../schemas/gateway-app.ts';

const APPS = '/v1/{project_id}/gateway-apps';
const APP = `${APPS}/{app_id}` as const;
const BINDING = `${APP}/triggers/{trigger_id}` as const;

const AppParams = Type.Object({ ...ProjectParams.properties, app_id: Type.String() });
const BindingParams = Type.Object({ ...AppParams.properties, trigger_id: Type.String() });

/** Apps, which call gateway triggers with authentication APP. */
export const gatewayAppRoutes = {
  createGatewayApp: route({
    method: 'POST',
    path: APPS,
    action: 'functiongraph:gatewayApp:create',
    resource: namedIn('body', 'name'),
    group: 'gateway-apps',
    summary: 'Make an app that may call gateway triggers; its secret and its code are shown this once',
    params: ProjectParams,
    body: CreateGatewayAppBody,
    response: GatewayAppWithSecrets,
    status: 201,
  }),
  listGatewayApps: route({
    method: 'GET',
    path: APPS,
    action: 'functiongraph:gatewayApp:list',
    group: 'gateway-apps',
    summary: 'Apps of the project, oldest first; never with their secrets',
    params: ProjectParams,
    response: GatewayAppList,
  }),
  showGatewayApp: route({
    method: 'GET',
    path: APP,
    action: 'functiongraph:gatewayApp:get',
    group: 'gateway-apps',
    summary: 'An app, and the triggers that it may call',
    params: AppParams,
    response: GatewayAppDetail,
  }),
  renewGatewayApp: route({
    method: 'PUT',
    path: `${APP}/secret`,
    action: 'functiongraph:gatewayApp:update',
    group: 'gateway-apps',
    summary: 'Replace the secret and code of an app; the old ones are void at once',
    params: AppParams,
    response: GatewayAppWithSecrets,
  }),
  deleteGatewayApp: route({
    method: 'DELETE',
    path: APP,
    action: 'functiongraph:gatewayApp:delete',
    group: 'gateway-apps',
    summary: 'Delete an app; its calls are refused from then on',
    params: AppParams,
    status: 204,
  }),
  bindGatewayApp: route({
    method: 'PUT',
    path: BINDING,
    action: 'functiongraph:gatewayApp:update',
    group: 'gateway-apps',
    summary: 'Let an app call a gateway trigger with auth APP; requires the right to change the trigger too',
    params: BindingParams,
  }),
  unbindGatewayApp: route({
    method: 'DELETE',
    path: BINDING,
    action: 'functiongraph:gatewayApp:update',
    group: 'gateway-apps',
    summary: 'Let an app call a gateway trigger no more',
    params: BindingParams,
    status: 204,
  }),
} as const;
