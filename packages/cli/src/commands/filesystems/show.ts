import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const show = defineCommand({
  name: 'filesystems show',
  summary: 'A file system and the functions that mount it',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of the file system' }],
  examples: ['fgs filesystems show models'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('showFileSystem', { params: { name: args.name }, signal: context.signal });
    return { kind: 'record', data };
  },
});
