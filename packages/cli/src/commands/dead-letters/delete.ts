import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';

export const remove = defineCommand({
  name: 'dead-letters delete',
  summary: 'Delete a dead letter and its event',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: [{ name: 'id', summary: 'id of the dead letter' }],
  examples: ['fgs dead-letters delete 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11 --yes'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    if (!flags.yes) await confirmDeletion(`dead letter ${args.id}`, context);
    await client.call('deleteDeadLetter', {
      params: { project_id: credentials.projectId, letter_id: args.id },
      signal: context.signal,
    });
    return { kind: 'message', text: `deleted dead letter ${args.id}`, data: { id: args.id, outcome: 'deleted' } };
  },
});
