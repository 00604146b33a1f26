import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { TARGET_FLAGS, targetOf, targetText } from './target-flags.ts';

export const create = defineCommand({
  name: 'aliases create',
  summary: 'Make an alias, a movable name for a version',
  flags: { ...TARGET_FLAGS, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'alias', summary: 'name of the alias' },
  ],
  examples: [
    'fgs aliases create hello live --version 1.1.0',
    'fgs aliases create hello live --version 1.1.0 --also 1.2.0 --weight 10',
    'fgs aliases create hello live --version 1.1.0 --also 1.2.0 --rule header:X-Group=beta,staff',
  ],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('createVersionAlias', {
      params: connection.functionParams(args.function, flags.package),
      body: { name: args.alias, ...targetOf(flags) },
      signal: context.signal,
    });
    return { kind: 'message', text: `${data.name}: created, points to ${targetText(data)}`, data };
  },
});
