import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'invocations show',
  summary: 'The receipt of one invocation: result, time of each step, resources used',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'request-id', summary: 'request id of the invocation' }],
  examples: ['fgs invocations show 4f8f0b4e-6d3f-4a53-a1a0-3d0f2f6f7a11'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('showReceipt', {
      params: { project_id: credentials.projectId, request_id: args['request-id'] },
      signal: context.signal,
    });
    return { kind: 'record', data };
  },
});
