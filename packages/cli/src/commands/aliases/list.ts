import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { targetText } from './target-flags.ts';

export const list = defineCommand({
  name: 'aliases list',
  summary: 'Aliases of a function and where they point',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs aliases list hello', 'fgs aliases list hello --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { data } = await connection.client.call('listVersionAliases', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'ALIAS' },
        { key: 'target', title: 'POINTS TO' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'last_modified', title: 'LAST CHANGE' },
      ],
      rows: data.map((alias) => ({ ...alias, target: targetText(alias) })),
      none: 'no aliases',
    };
  },
});
