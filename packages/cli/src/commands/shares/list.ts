import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'shares list',
  summary: 'Accounts and projects that may use resources of the machine',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs shares list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listShares', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'kind', title: 'KIND' },
        { key: 'name', title: 'NAME' },
        { key: 'holder', title: 'SHARED WITH' },
        { key: 'created_at', title: 'SINCE' },
      ],
      rows: data.shares.map((share) => ({
        ...share,
        holder: share.account === undefined ? `project ${share.project}` : `account ${share.account}`,
      })),
      none: 'nothing is shared',
    };
  },
});
