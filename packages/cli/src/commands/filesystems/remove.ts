import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

/** No confirmation: the files stay, and it can be registered again. */
export const remove = defineCommand({
  name: 'filesystems remove',
  summary: 'Remove a file system that no function mounts; its files stay',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of the file system' }],
  examples: ['fgs filesystems remove models'],
  async run({ flags, args: { name } }, context) {
    const { client } = await connect(flags, context);
    await client.call('removeFileSystem', { params: { name }, signal: context.signal });
    return { kind: 'message', text: `removed file system ${name}`, data: { name, outcome: 'removed' } };
  },
});
