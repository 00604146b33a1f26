import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag } from '../../framework/index.ts';
import { openFolder } from './open-folder.ts';

export const add = defineCommand({
  name: 'runtimes add',
  summary: 'Register an interpreter that is in a folder of the server machine',
  flags: {
    from: flag.text('DIR', 'folder of the interpreter, on the server machine', { required: true }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the runtime, as fgs runtimes list shows it' }],
  examples: ['fgs runtimes add Python3.9 --from /opt/python3.9'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const folder = resolve(context.cwd, flags.from);
    await using from = isHere(credentials.endpoint) ? await openFolder(folder) : undefined;
    const { data } = await client.call('addRuntime', {
      params: { name: args.name },
      body: { from: from?.path ?? folder },
      signal: context.signal,
    });
    return { kind: 'message', text: `${data.name} is available: ${data.version} in ${data.path}`, data };
  },
});

/** Whether the server runs on this machine and can use its folders. */
function isHere(endpoint: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(endpoint).hostname);
}
