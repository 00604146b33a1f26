import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const reset = defineCommand({
  name: 'async reset',
  summary: 'Go back to one retry, events of at most an hour, and no destinations',
  flags: {
    qualifier: { type: 'text', placeholder: 'VERSION|!ALIAS', summary: 'of a version or alias; latest without it' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs async reset hello'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, flags.qualifier);
    await connection.client.call('deleteFunctionAsyncInvokeConfig', { params, signal: context.signal });
    const data = { function_urn: params.function_urn, outcome: 'reset' };
    return { kind: 'message', text: `${args.function}: the usual asynchronous settings`, data };
  },
});
