import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { FUNCTION } from '../../operations/index.ts';
import { findTrigger, TRIGGER } from './trigger.ts';

/** By hand: the list in which the trigger is found has all its settings already. */
export const show = defineCommand({
  name: 'triggers show',
  summary: 'One trigger with all its settings',
  flags: FUNCTION_FLAGS,
  args: [FUNCTION, TRIGGER],
  examples: ['fgs triggers show hello timer', 'fgs triggers show hello api --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    return { kind: 'record', data: await findTrigger(connection, params, args.trigger, context.signal) };
  },
});
