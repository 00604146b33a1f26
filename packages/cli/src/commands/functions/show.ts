import { connect, FUNCTION_FLAGS, parseConfig } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'functions show',
  summary: 'Configuration of a function',
  flags: {
    qualifier: { type: 'text', placeholder: 'VERSION|!ALIAS', summary: 'version, or alias after !' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions show hello', 'fgs functions show hello --output json'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, flags.qualifier);
    const { data } = await connection.client.call('showFunctionConfig', { params, signal: context.signal });
    return { kind: 'record', data: parseConfig(data) };
  },
});
