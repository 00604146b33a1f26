import type { Client, RouteResponse, Routes } from '@funcgraph/api';
import { usageError } from '../../framework/index.ts';

type App = RouteResponse<Routes['listGatewayApps']>['apps'][number];

/** How commands name one. */
export const APP_ARGS = [{ name: 'app', summary: 'name or id of the app' }] as const;

/** An app of the project, by id or by name. Throws a usage error for none. */
export async function findApp(
  client: Client,
  projectId: string,
  text: string,
  signal: AbortSignal,
): Promise<{ readonly app: App; readonly params: { project_id: string; app_id: string } }> {
  const { data } = await client.call('listGatewayApps', { params: { project_id: projectId }, signal });
  const app = data.apps.find(({ id }) => id === text) ?? data.apps.find(({ name }) => name === text);
  if (app !== undefined) return { app, params: { project_id: projectId, app_id: app.id } };
  const names = data.apps.map(({ name }) => name).join(', ');
  throw usageError(
    `there is no app ${JSON.stringify(text)}`,
    names === '' ? 'fgs gateway-apps create' : `there are: ${names}`,
  );
}
