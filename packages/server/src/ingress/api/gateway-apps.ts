import { type AppSecrets, functionUrn, type GatewayApp, type GatewayApps } from '../../control/index.ts';
import type { FunctionRef, Iam } from '../../iam/index.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';
import { apiTime } from './functions-reply.ts';

type Ids =
  | 'createGatewayApp'
  | 'listGatewayApps'
  | 'showGatewayApp'
  | 'renewGatewayApp'
  | 'deleteGatewayApp'
  | 'bindGatewayApp'
  | 'unbindGatewayApp';

type About = Pick<ApiRequest<'showGatewayApp'>, 'caller' | 'peer'> & {
  readonly params: { readonly project_id: string };
};

export interface GatewayAppDeps {
  readonly iam: Iam;
  readonly gatewayApps: GatewayApps;
  readonly region: string;
}

/** Apps of the gateway, and the triggers that they may call. */
export function gatewayAppHandlers({ iam, gatewayApps: apps, region }: GatewayAppDeps): Handlers<Ids> {
  /** Letting an app call a trigger, or stopping it, changes the trigger. */
  const authorizeTrigger = ({ caller, peer, params }: About, { fn }: { readonly fn: FunctionRef }): void => {
    iam.authorize(caller, { action: 'functiongraph:trigger:update', projectId: params.project_id, fn, peer });
  };
  /** A new secret can call every trigger and API of the app; without the app none can be called. */
  const authorizeAllTriggers = (request: About & { readonly params: { readonly app_id: string } }): void => {
    const { project_id: projectId, app_id: appId } = request.params;
    const { triggers, apis } = apps.show(projectId, appId);
    for (const trigger of triggers) authorizeTrigger(request, trigger);
    if (apis.size > 0)
      iam.authorize(request.caller, { action: 'functiongraph:gateway:update', projectId, peer: request.peer });
  };
  return {
    async createGatewayApp({ params, body }) {
      const { name, description, app_key: appKey, app_secret: secret } = body;
      const added = { name, description, appKey: appKey || undefined, secret: secret || undefined };
      const { app, secrets } = await apps.create(params.project_id, added);
      return withSecrets(app, secrets);
    },

    async listGatewayApps({ params }) {
      return { apps: apps.list(params.project_id).map(reply) };
    },

    async showGatewayApp({ params, caller, peer }) {
      const { project_id: projectId } = params;
      const { app, triggers } = apps.show(projectId, params.app_id);
      const maySee = ({ fn }: { readonly fn: FunctionRef }): boolean =>
        iam.allows(caller, { action: 'functiongraph:trigger:get', projectId, fn, peer });
      return {
        ...reply(app),
        triggers: triggers.filter(maySee).map(({ id, fn, qualifier, settings }) => ({
          trigger_id: id,
          name: settings.name,
          func_urn: functionUrn(fn, region, qualifier),
          auth: settings.auth,
        })),
      };
    },

    async renewGatewayApp(request) {
      const { params } = request;
      authorizeAllTriggers(request);
      const { app, secrets } = await apps.renew(params.project_id, params.app_id);
      return withSecrets(app, secrets);
    },

    async deleteGatewayApp(request) {
      const { params } = request;
      authorizeAllTriggers(request);
      await apps.delete(params.project_id, params.app_id);
      return {};
    },

    async bindGatewayApp(request) {
      const { project_id, app_id, trigger_id } = request.params;
      authorizeTrigger(request, apps.trigger(project_id, trigger_id));
      await apps.bind(project_id, app_id, trigger_id);
      return {};
    },

    async unbindGatewayApp(request) {
      const { project_id, app_id, trigger_id } = request.params;
      authorizeTrigger(request, apps.trigger(project_id, trigger_id));
      await apps.unbind(project_id, app_id, trigger_id);
      return {};
    },
  };
}

function reply({ id, name, description, appKey, createdAt, modifiedAt }: GatewayApp) {
  return {
    id,
    name,
    description,
    app_key: appKey,
    created_time: apiTime(createdAt),
    last_updated_time: apiTime(modifiedAt),
  };
}

function withSecrets(app: GatewayApp, { secret, code }: AppSecrets) {
  return { ...reply(app), app_secret: secret, app_code: code };
}
