import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';

export const remove = defineCommand({
  name: 'functions delete',
  summary: 'Delete a function with all its versions',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions delete hello', 'fgs functions delete hello --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    if (!flags.yes) await confirmDeletion(params.function_urn, context);
    await connection.client.call('deleteFunction', { params, signal: context.signal });
    return {
      kind: 'message',
      text: `${args.function}: deleted`,
      data: { func_urn: params.function_urn, outcome: 'deleted' },
    };
  },
});
