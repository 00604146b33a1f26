import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { findTrigger, nameOf, TRIGGER_ARGS } from '../triggers/trigger.ts';
import { APP_ARGS, findApp } from './find.ts';

const ARGS = [...APP_ARGS, ...TRIGGER_ARGS] as const;

export const bind = defineCommand({
  name: 'gateway-apps bind',
  summary: 'Let an app call a gateway trigger with --auth app',
  flags: FUNCTION_FLAGS,
  args: ARGS,
  examples: ['fgs gateway-apps bind partner hello api'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const { projectId } = credentials;
    const { signal } = context;
    const { app, params } = await findApp(client, projectId, args.app, signal);
    const target = connection.functionParams(args.function, flags.package);
    const trigger = await findTrigger(connection, target, args.trigger, signal);
    await client.call('bindGatewayApp', { params: { ...params, trigger_id: trigger.trigger_id }, signal });
    const text = `${app.name} may call ${nameOf(trigger)} of ${args.function}`;
    return { kind: 'message', text, data: { app_id: app.id, trigger_id: trigger.trigger_id, outcome: 'bound' } };
  },
});

export const unbind = defineCommand({
  name: 'gateway-apps unbind',
  summary: 'Let an app call a gateway trigger no more',
  flags: FUNCTION_FLAGS,
  args: ARGS,
  examples: ['fgs gateway-apps unbind partner hello api'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const { projectId } = credentials;
    const { signal } = context;
    const { app, params } = await findApp(client, projectId, args.app, signal);
    const target = connection.functionParams(args.function, flags.package);
    const trigger = await findTrigger(connection, target, args.trigger, signal);
    await client.call('unbindGatewayApp', { params: { ...params, trigger_id: trigger.trigger_id }, signal });
    const text = `${app.name} may not call ${nameOf(trigger)} of ${args.function} any more`;
    return { kind: 'message', text, data: { app_id: app.id, trigger_id: trigger.trigger_id, outcome: 'unbound' } };
  },
});
