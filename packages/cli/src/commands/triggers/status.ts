import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { findTrigger, nameOf, TRIGGER_ARGS, triggerParams } from './trigger.ts';

const setter = (verb: 'enable' | 'disable', status: 'ACTIVE' | 'DISABLED', summary: string) =>
  defineCommand({
    name: `triggers ${verb}`,
    summary,
    flags: FUNCTION_FLAGS,
    args: TRIGGER_ARGS,
    examples: [`fgs triggers ${verb} hello timer`],
    async run({ flags, args }, context) {
      const connection = await connect(flags, context);
      const params = connection.functionParams(args.function, flags.package);
      const trigger = await findTrigger(connection, params, args.trigger, context.signal);
      const { data } = await connection.client.call('updateTrigger', {
        params: triggerParams(params, trigger),
        body: { trigger_status: status },
        signal: context.signal,
      });
      return { kind: 'message', text: `${nameOf(data)}: ${data.trigger_status}`, data };
    },
  });

export const enable = setter('enable', 'ACTIVE', 'Switch a timer on; a rate counts from now');
export const disable = setter('disable', 'DISABLED', 'Switch a timer off');
