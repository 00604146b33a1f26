import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';

export const remove = defineCommand({
  name: 'versions delete',
  summary: 'Delete a version and the aliases that point to it; its logs stay',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'version', summary: 'name of the version' },
  ],
  examples: ['fgs versions delete hello 1.1.0', 'fgs versions delete hello 1.1.0 --yes'],
  async run({ flags, args }, context) {
    // without this check an empty text would name the whole function, and an alias its version
    if (args.version === '' || args.version.startsWith('!')) throw usageError('VERSION must be the name of a version');
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, args.version);
    if (!flags.yes) await confirmDeletion(params.function_urn, context);
    await connection.client.call('deleteFunction', { params, signal: context.signal });
    return {
      kind: 'message',
      text: `${args.function}: deleted version ${args.version}`,
      data: { func_urn: params.function_urn, version: args.version, outcome: 'deleted' },
    };
  },
});
