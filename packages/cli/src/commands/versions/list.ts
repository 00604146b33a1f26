import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'versions list',
  summary: 'Versions of a function, published last first',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs versions list hello', 'fgs versions list hello --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { data } = await connection.client.call('listFunctionVersions', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'version', title: 'VERSION' },
        { key: 'version_description', title: 'DESCRIPTION' },
        { key: 'memory_size', title: 'MEMORY MB', align: 'right' },
        { key: 'timeout', title: 'TIMEOUT S', align: 'right' },
        { key: 'code_size', title: 'CODE BYTES', align: 'right' },
        { key: 'last_modified', title: 'LAST CHANGE' },
      ],
      rows: data.versions,
      none: 'no versions',
    };
  },
});
