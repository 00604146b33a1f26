import { formatUrn } from '@funcgraph/api';
import type { AppSecrets, GatewayApp, GatewayApps, Kept } from '../../control/index.ts';
import type { Iam } from '../../iam/index.ts';
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

export interface GatewayAppDeps {
  readonly iam: Iam;
  readonly apps: GatewayApps;
  readonly region: string;
}

/** Apps of the gateway, and what they may call. */
export function gatewayAppHandlers({ iam, apps, region }: GatewayAppDeps): Handlers<Ids> {
  /** Who lets an app in, or shuts it out, changes the trigger. */
  const authorizeTrigger = ({ caller, peer, params }: ApiRequest<'bindGatewayApp' | 'unbindGatewayApp'>): void => {
    const { project_id: projectId, trigger_id: triggerId } = params;
    const { fn } = apps.trigger(projectId, triggerId);
    iam.authorize(caller, { action: 'functiongraph:trigger:update', projectId, fn, peer });
  };
  return {
    async createGatewayApp({ params, body }) {
      const { app, secrets } = await apps.create(params.project_id, body as Kept);
      return withSecrets(app, secrets);
    },

    async listGatewayApps({ params }) {
      return { apps: apps.list(params.project_id).map(reply) };
    },

    async showGatewayApp({ params }) {
      const { app, triggers } = apps.show(params.project_id, params.app_id);
      return {
        ...reply(app),
        triggers: triggers.map(({ id, fn, qualifier, settings }) => ({
          trigger_id: id,
          name: settings.name,
          func_urn: formatUrn({
            region,
            ...fn,
            qualifier: qualifier.startsWith('!')
              ? { kind: 'alias', name: qualifier.slice(1) }
              : { kind: 'version', name: qualifier },
          }),
          auth: settings.auth,
        })),
      };
    },

    async renewGatewayApp({ params }) {
      const { app, secrets } = await apps.renew(params.project_id, params.app_id);
      return withSecrets(app, secrets);
    },

    async deleteGatewayApp({ params }) {
      await apps.delete(params.project_id, params.app_id);
      return {};
    },

    async bindGatewayApp(request) {
      const { project_id, app_id, trigger_id } = request.params;
      authorizeTrigger(request);
      await apps.bind(project_id, app_id, trigger_id);
      return {};
    },

    async unbindGatewayApp(request) {
      const { project_id, app_id, trigger_id } = request.params;
      authorizeTrigger(request);
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
