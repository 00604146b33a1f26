import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'runtimes list',
  summary: 'Every runtime name, whether this server has it and how to get it',
  flags: { available: { type: 'boolean', summary: 'only those that can be used now' }, ...CONNECTION_FLAGS },
  args: [],
  examples: ['fgs runtimes list', 'fgs runtimes list --available --output json'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listRuntimes', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'state', title: 'AVAILABLE' },
        { key: 'version', title: 'VERSION' },
        { key: 'source', title: 'SOURCE' },
        { key: 'served_by', title: 'SERVED BY' },
        { key: 'hint', title: 'HOW TO GET IT' },
      ],
      rows: data.runtimes
        .filter((runtime) => runtime.available || !flags.available)
        .map((runtime) => ({ ...runtime, state: runtime.available ? 'yes' : 'no' })),
      none: 'no runtimes',
    };
  },
});
