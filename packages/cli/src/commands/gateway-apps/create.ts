import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const create = defineCommand({
  name: 'gateway-apps create',
  summary: 'Make an app that may call gateway triggers; secret and code are shown this once',
  flags: {
    description: { type: 'text', placeholder: 'TEXT', summary: 'the client it stands for' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'of the app' }],
  examples: ['fgs gateway-apps create partner', 'fgs gateway-apps create partner --output json > partner.json'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const { data } = await client.call('createGatewayApp', {
      params: { project_id: projectId },
      body: { name: args.name, ...(flags.description === undefined ? {} : { description: flags.description }) },
      signal: context.signal,
    });
    return { kind: 'record', data, hide: ['description', 'created_time', 'last_updated_time'] };
  },
});
