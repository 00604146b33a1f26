import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { CliError, defineCommand } from '../../framework/index.ts';

export const showImage = defineCommand({
  name: 'images show',
  summary: 'One container image: its program, its size, and how many versions of functions use it',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'reference', summary: 'name or id of the image' }],
  examples: ['fgs images show team/app:v1'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listImages', { query: { reference: args.reference }, signal: context.signal });
    const [image] = data.images;
    if (image === undefined) throw new CliError(`there is no image ${args.reference}`, { code: 'CLI.PROTOCOL' });
    return { kind: 'record', data: image };
  },
});
