import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'networks list',
  summary: 'Networks that functions can be placed in',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs networks list', 'fgs networks list --output json'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listNetworks', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'cidr', title: 'ADDRESSES' },
        { key: 'outside', title: 'OUTSIDE' },
        { key: 'bridge', title: 'BRIDGE' },
        { key: 'vpc_id', title: 'VPC ID' },
        { key: 'subnet_id', title: 'SUBNET ID' },
        { key: 'users', title: 'USED BY', align: 'right' },
        { key: 'problem', title: 'PROBLEM' },
      ],
      rows: data.networks.map((one) => ({ ...one, outside: one.nat ? 'yes' : 'no', users: one.used_by.length })),
      none: 'no networks',
    };
  },
});
