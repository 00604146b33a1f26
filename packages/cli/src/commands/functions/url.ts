import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, flag, usageError } from '../../framework/index.ts';

export const url = defineCommand({
  name: 'functions url',
  summary: 'Publish or unpublish a function as an HTTP service, or show its URL',
  flags: {
    enable: flag.boolean('publish it on the gateway port'),
    disable: flag.boolean('publish it no longer'),
    auth: flag.text(
      'WHO',
      'with --enable: every client (none), or signed requests and tokens only (iam, the default)',
      { choices: ['none', 'iam'] },
    ),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: [
    'fgs functions url hello',
    'fgs functions url hello --enable --auth none',
    'fgs functions url hello --disable',
  ],
  async run({ flags, args }, context) {
    if (flags.enable && flags.disable) throw usageError('--enable and --disable exclude each other');
    if (flags.auth !== undefined && !flags.enable) throw usageError('--auth needs --enable');
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package);
    const { signal } = context;
    const auth = flags.auth === 'none' ? 'none' : 'iam';
    const { data } = flags.enable
      ? await connection.client.call('setFunctionUrl', { params, body: { enabled: true, auth }, signal })
      : flags.disable
        ? await connection.client.call('setFunctionUrl', { params, body: { enabled: false }, signal })
        : await connection.client.call('showFunctionUrl', { params, signal });
    const address = connection.credentials.gateway + data.path;
    const who = data.auth === 'none' ? 'open to every client' : 'for signed requests and tokens';
    return {
      kind: 'message',
      text: data.enabled ? `${address}  (${who})` : `${args.function}: not published`,
      data: { ...data, url: address },
    };
  },
});
