import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { findTrigger, nameOf, TRIGGER_ARGS } from '../triggers/trigger.ts';
import { APP_ARGS, findApp } from './find.ts';

/**
 * Both change which app may call which trigger; `now` describes the result in words, around the name of the trigger.
 */
function binding(verb: 'bind' | 'unbind', summary: string, now: (app: string, trigger: string) => string) {
  return defineCommand({
    name: `gateway-apps ${verb}`,
    summary,
    flags: FUNCTION_FLAGS,
    args: [...APP_ARGS, ...TRIGGER_ARGS] as const,
    examples: [`fgs gateway-apps ${verb} partner hello api`],
    async run({ flags, args }, context) {
      const connection = await connect(flags, context);
      const { client, credentials } = connection;
      const { signal } = context;
      const { app, params } = await findApp(client, credentials.projectId, args.app, signal);
      const target = connection.functionParams(args.function, flags.package);
      const trigger = await findTrigger(connection, target, args.trigger, signal);
      const operation = verb === 'bind' ? 'bindGatewayApp' : 'unbindGatewayApp';
      await client.call(operation, { params: { ...params, trigger_id: trigger.trigger_id }, signal });
      const text = now(app.name, `${nameOf(trigger)} of ${args.function}`);
      const outcome = verb === 'bind' ? 'bound' : 'unbound';
      return { kind: 'message', text, data: { app_id: app.id, trigger_id: trigger.trigger_id, outcome } };
    },
  });
}

export const bind = binding(
  'bind',
  'Let an app call a gateway trigger with --auth app',
  (app, trigger) => `${app} may call ${trigger}`,
);

export const unbind = binding(
  'unbind',
  'Let an app call a gateway trigger no more',
  (app, trigger) => `${app} may not call ${trigger} any more`,
);
