import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { TARGET_FLAGS, targetOf, targetText } from './target-flags.ts';

export const update = defineCommand({
  name: 'aliases update',
  summary: 'Point an alias to another version; without --also it has one version only',
  flags: { ...TARGET_FLAGS, ...FUNCTION_FLAGS },
  args: [
    { name: 'function', summary: 'name or URN of the function' },
    { name: 'alias', summary: 'name of the alias' },
  ],
  examples: [
    'fgs aliases update hello live --version 1.1.0',
    'fgs aliases update hello live --version 1.1.0 --also 1.2.0 --weight 10',
    'fgs aliases update hello live --version 1.1.0 --also 1.2.0 --rule header:X-Group=beta,staff',
  ],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('updateVersionAlias', {
      params: { ...connection.functionParams(args.function, flags.package), alias_name: args.alias },
      body: targetOf(flags),
      signal: context.signal,
    });
    return { kind: 'message', text: `${data.name}: moved, points to ${targetText(data)}`, data };
  },
});
