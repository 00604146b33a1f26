import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const list = defineCommand({
  name: 'filesystems list',
  summary: 'File systems that functions can mount',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs filesystems list', 'fgs filesystems list --output json'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listFileSystems', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'location', title: 'WHERE' },
        { key: 'access', title: 'ACCESS' },
        { key: 'users', title: 'USED BY', align: 'right' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.file_systems.map((one) => ({
        ...one,
        access: one.read_only ? 'read' : 'read, write',
        users: one.used_by.length,
      })),
      none: 'no file systems',
    };
  },
});
