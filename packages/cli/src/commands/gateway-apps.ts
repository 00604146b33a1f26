import type { CallOutput } from '@funcgraph/api';
import { type Noun, usageError } from '../framework/index.ts';
import { type Argument, FUNCTION, operation, word } from '../operations/index.ts';
import { nameOf, TRIGGER } from './triggers/trigger.ts';

type App = CallOutput<'listGatewayApps'>['data']['apps'][number];

/** An app of the project, by id or by name. */
export const APP: Argument<'app', App> = {
  name: 'app',
  summary: 'name or id of the app',
  async find(text, { connection: { client, credentials }, signal }) {
    const { data } = await client.call('listGatewayApps', { params: { project_id: credentials.projectId }, signal });
    const app = data.apps.find(({ id }) => id === text) ?? data.apps.find(({ name }) => name === text);
    if (app !== undefined) return app;
    const names = data.apps.map(({ name }) => name).join(', ');
    const hint = names === '' ? 'fgs gateway-apps create' : `there are: ${names}`;
    throw usageError(`there is no app ${JSON.stringify(text)}`, hint);
  },
  fields: ({ id }) => ({ app_id: id }),
};

/** The operation names the trigger alone; the function helps to find it. */
const APP_AND_TRIGGER = [
  APP,
  { ...FUNCTION, fields: () => ({}) },
  { ...TRIGGER, fields: ({ trigger_id }) => ({ trigger_id }) },
] as const satisfies readonly Argument[];

const LEAST = ['description', 'created_time', 'last_updated_time'];

export const gatewayApps: Noun = {
  name: 'gateway-apps',
  summary: 'Apps that may call gateway triggers with authentication by app',
  commands: [
    operation('gateway-apps create', 'createGatewayApp', {
      summary: 'Make an app that may call gateway triggers; secret and code are shown this once',
      args: [word('name', 'of the app')],
      flags: { description: ['TEXT', 'the client it stands for'] },
      examples: ['fgs gateway-apps create partner', 'fgs gateway-apps create partner --output json > partner.json'],
      hide: LEAST,
    }),
    operation('gateway-apps list', 'listGatewayApps', {
      summary: 'Apps of the project',
      examples: ['fgs gateway-apps list'],
      rows: ({ apps }) => apps,
      columns: { name: 'APP', app_key: 'KEY', created_time: 'CREATED', description: 'DESCRIPTION' },
      none: 'no apps; make one with: fgs gateway-apps create NAME',
    }),
    operation('gateway-apps show', 'showGatewayApp', {
      args: [APP],
      examples: ['fgs gateway-apps show partner'],
    }),
    operation('gateway-apps renew', 'renewGatewayApp', {
      args: [APP],
      examples: ['fgs gateway-apps renew partner'],
      hide: LEAST,
    }),
    operation('gateway-apps delete', 'deleteGatewayApp', {
      args: [APP],
      examples: ['fgs gateway-apps delete partner --yes'],
      confirm: ({ app }) => `app ${app.name}`,
      text: (_, { app }) => `deleted app ${app.name}`,
      data: (_, { app }) => ({ ...app, outcome: 'deleted' }),
    }),
    operation('gateway-apps bind', 'bindGatewayApp', {
      summary: 'Let an app call a gateway trigger with --auth app',
      args: APP_AND_TRIGGER,
      examples: ['fgs gateway-apps bind partner hello api'],
      text: (_, { app, trigger, function: { name } }) => `${app.name} may call ${nameOf(trigger)} of ${name}`,
      data: (_, { app, trigger }) => ({ app_id: app.id, trigger_id: trigger.trigger_id, outcome: 'bound' }),
    }),
    operation('gateway-apps unbind', 'unbindGatewayApp', {
      args: APP_AND_TRIGGER,
      examples: ['fgs gateway-apps unbind partner hello api'],
      text: (_, { app, trigger, function: { name } }) =>
        `${app.name} may not call ${nameOf(trigger)} of ${name} any more`,
      data: (_, { app, trigger }) => ({ app_id: app.id, trigger_id: trigger.trigger_id, outcome: 'unbound' }),
    }),
  ],
};
