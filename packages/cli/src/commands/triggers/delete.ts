import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';
import { findTrigger, nameOf, TRIGGER_ARGS, triggerParams } from './trigger.ts';

export const remove = defineCommand({
  name: 'triggers delete',
  summary: 'Delete a trigger; the function stays',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: TRIGGER_ARGS,
  examples: ['fgs triggers delete hello timer --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const trigger = await findTrigger(connection, params, args.trigger, context.signal);
    const name = nameOf(trigger);
    if (!flags.yes) await confirmDeletion(`trigger ${name} of ${args.function}`, context);
    await connection.client.call('deleteFunctionTrigger', {
      params: triggerParams(params, trigger),
      signal: context.signal,
    });
    return { kind: 'message', text: `deleted trigger ${name}`, data: { ...trigger, outcome: 'deleted' } };
  },
});
