import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const add = defineCommand({
  name: 'runtimes add',
  summary: 'Register an interpreter that is in a folder of the server machine',
  flags: {
    from: {
      type: 'text',
      placeholder: 'DIR',
      required: true,
      summary: 'folder of the interpreter, on the server machine',
    },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the runtime, as fgs runtimes list shows it' }],
  examples: ['fgs runtimes add Python3.9 --from /opt/python3.9'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('addRuntime', {
      params: { name: args.name },
      body: { from: resolve(context.cwd, flags.from) },
      signal: context.signal,
    });
    return { kind: 'message', text: `${data.name} is available: ${data.version} in ${data.path}`, data };
  },
});
