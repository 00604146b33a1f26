import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const redrive = defineCommand({
  name: 'dead-letters redrive',
  summary: 'Send a dead letter again; repeated, it still runs once',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'id', summary: 'id of the dead letter' }],
  examples: ['fgs dead-letters redrive 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('redriveDeadLetter', {
      params: { project_id: credentials.projectId, letter_id: args.id },
      signal: context.signal,
    });
    return { kind: 'message', text: `redriven as ${data.request_id}`, data };
  },
});
