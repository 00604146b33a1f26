import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { findTrigger, TRIGGER_ARGS } from './trigger.ts';

export const show = defineCommand({
  name: 'triggers show',
  summary: 'One trigger with all its settings',
  flags: FUNCTION_FLAGS,
  args: TRIGGER_ARGS,
  examples: ['fgs triggers show hello timer', 'fgs triggers show hello api --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    return { kind: 'record', data: await findTrigger(connection, params, args.trigger, context.signal) };
  },
});
