import { CliError, type Noun } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { loadImage } from './load.ts';
import { pullImage } from './pull.ts';

export const images: Noun = {
  name: 'images',
  summary: 'Container images for functions',
  commands: [
    loadImage,
    pullImage,
    operation('images list', 'listImages', {
      summary: 'Container images on the server',
      examples: ['fgs images list', 'fgs images list --output json'],
      rows: (answer) =>
        answer.images.map((image) => ({
          ...image,
          name: image.names.join(', ') || '-',
          short: image.id.slice(7, 19),
          megabytes: (image.size_bytes / 2 ** 20).toFixed(1),
          loaded: new Date(image.loaded_at).toISOString(),
        })),
      columns: {
        name: 'NAME',
        short: 'ID',
        megabytes: { title: 'MB', align: 'right' },
        versions: 'VERSIONS',
        loaded: 'LOADED',
      },
      none: 'no images; load one with: fgs images load FILE',
    }),
    operation('images show', 'listImages', {
      summary: 'One container image: its program, its size, and how many versions of functions use it',
      args: [word('reference', 'name or id of the image')],
      examples: ['fgs images show team/app:v1'],
      data({ images: [image] }, { reference }) {
        if (image === undefined) throw new CliError(`there is no image ${reference}`, { code: 'CLI.PROTOCOL' });
        return image;
      },
    }),
    operation('images rm', 'removeImage', {
      summary: 'Remove the name of a container image; without name and functions the image is removed',
      args: [word('reference', 'name of the image, or its id for all its names')],
      examples: ['fgs images rm team/app:v1'],
      text({ versions }, { reference }) {
        if (versions === 0) return `${reference}: removed`;
        const users = `${versions} version${versions === 1 ? '' : 's'} of functions`;
        return `${reference}: removed; the image stays for ${users}`;
      },
      data: ({ versions }, { reference }) => ({ reference, versions }),
    }),
  ],
};
