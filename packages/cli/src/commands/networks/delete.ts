import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';

export const remove = defineCommand({
  name: 'networks delete',
  summary: 'Remove a network that no function uses',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: [{ name: 'name', summary: 'name of the network' }],
  examples: ['fgs networks delete backend', 'fgs networks delete backend --yes'],
  async run({ flags, args: { name } }, context) {
    const { client } = await connect(flags, context);
    if (!flags.yes) await confirmDeletion(`network ${name}`, context);
    await client.call('deleteNetwork', { params: { name }, signal: context.signal });
    return { kind: 'message', text: `deleted network ${name}`, data: { name, outcome: 'deleted' } };
  },
});
