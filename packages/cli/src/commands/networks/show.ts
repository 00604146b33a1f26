import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'networks show',
  summary: 'A network: its addresses, its bridge on the server machine and the functions that use it',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of the network' }],
  examples: ['fgs networks show backend'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('showNetwork', { params: { name: args.name }, signal: context.signal });
    return { kind: 'record', data };
  },
});
