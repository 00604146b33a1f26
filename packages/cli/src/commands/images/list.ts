import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const listImages = defineCommand({
  name: 'images list',
  summary: 'Container images on the server',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs images list', 'fgs images list --output json'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listImages', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'short', title: 'ID' },
        { key: 'megabytes', title: 'MB', align: 'right' },
        { key: 'versions', title: 'VERSIONS', align: 'right' },
        { key: 'loaded', title: 'LOADED' },
      ],
      rows: data.images.map((image) => ({
        ...image,
        name: image.names.join(', ') || '-',
        short: image.id.slice(7, 19),
        megabytes: (image.size_bytes / 2 ** 20).toFixed(1),
        loaded: new Date(image.loaded_at).toISOString(),
      })),
      none: 'no images; load one with: fgs images load FILE',
    };
  },
});
