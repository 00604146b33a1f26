import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'gateway-apps list',
  summary: 'Apps of the project',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs gateway-apps list'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const params = { project_id: projectId };
    const { data } = await client.call('listGatewayApps', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'APP' },
        { key: 'app_key', title: 'KEY' },
        { key: 'created_time', title: 'CREATED' },
        { key: 'description', title: 'DESCRIPTION' },
      ],
      rows: data.apps,
      none: 'no apps; make one with: fgs gateway-apps create NAME',
    };
  },
});
