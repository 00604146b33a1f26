import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'quotas list',
  summary: 'Quotas, their use, and the server settings that raise them',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs quotas list'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const params = { project_id: credentials.projectId };
    const { data } = await client.call('listAllQuotas', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'QUOTA' },
        { key: 'scope', title: 'OF A' },
        { key: 'used', title: 'USED', align: 'right' },
        { key: 'quota', title: 'MOST', align: 'right' },
        { key: 'unit', title: 'UNIT' },
        { key: 'setting', title: 'SETTING' },
      ],
      rows: data.quotas,
      none: 'no quotas',
    };
  },
});
