import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';

export const remove = defineCommand({
  name: 'aliases delete',
  summary: 'Delete an alias; the versions stay',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'alias', summary: 'name of the alias' },
  ],
  examples: ['fgs aliases delete hello live', 'fgs aliases delete hello live --yes'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    if (!flags.yes) await confirmDeletion(`alias ${args.alias} of ${params.function_urn}`, context);
    await connection.client.call('deleteVersionAlias', {
      params: { ...params, alias_name: args.alias },
      signal: context.signal,
    });
    return {
      kind: 'message',
      text: `${args.alias}: deleted`,
      data: { func_urn: params.function_urn, name: args.alias, outcome: 'deleted' },
    };
  },
});
