import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, flag, usageError } from '../../framework/index.ts';

/** The API switches tracing on by two keys; no part of the platform uses them. */
const ANY_KEYS = { tracing_ak: 'fgs', tracing_sk: 'fgs' };

export const tracing = defineCommand({
  name: 'functions tracing',
  summary: 'Export the spans of a function to the collector of the server, export none, or show which',
  flags: {
    enable: flag.boolean('export them, like those of a function without a setting'),
    disable: flag.boolean('export none of them'),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions tracing hello', 'fgs functions tracing hello --disable'],
  async run({ flags, args }, context) {
    if (flags.enable && flags.disable) throw usageError('--enable and --disable exclude each other');
    const { client, ...connection } = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { signal } = context;
    if (flags.enable || flags.disable) {
      await client.call('updateTracing', { params, body: flags.enable ? ANY_KEYS : {}, signal });
    }
    const { traced } = (await client.call('showTracing', { params, signal })).data;
    return {
      kind: 'message',
      text: `${args.function}: ${traced ? 'spans are exported' : 'no spans are exported'}`,
      data: { traced },
    };
  },
});
