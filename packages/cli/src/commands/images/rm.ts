import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const removeImage = defineCommand({
  name: 'images rm',
  summary: 'Remove the name of a container image; without name and functions the image is removed',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'reference', summary: 'name of the image, or its id for all its names' }],
  examples: ['fgs images rm team/app:v1'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const query = { reference: args.reference };
    const { data } = await client.call('removeImage', { query, signal: context.signal });
    const { versions } = data;
    const kept =
      versions === 0 ? '' : `; the image stays for ${versions} version${versions === 1 ? '' : 's'} of functions`;
    return {
      kind: 'message',
      text: `${args.reference}: removed${kept}`,
      data: { reference: args.reference, versions },
    };
  },
});
