import { type FlagSpecs, type FlagValues, usageError } from '../../framework/index.ts';

/** Flags for functions that are a container image, the same in `create` and `update`. */
export const IMAGE_FLAGS = {
  image: { type: 'text', placeholder: 'NAME:TAG', summary: 'container image, as fgs images list shows it' },
  'image-command': { type: 'text', placeholder: 'A,B', summary: 'program in the place of the entrypoint of the image' },
  'image-args': { type: 'text', placeholder: 'A,B', summary: 'arguments in the place of the command of the image' },
  'working-dir': {
    type: 'text',
    placeholder: 'PATH',
    summary: 'working directory in the place of the one of the image',
  },
  uid: { type: 'integer', placeholder: 'ID', summary: 'user that the image runs as, 1003 when absent' },
  gid: { type: 'integer', placeholder: 'ID', summary: 'group that the image runs as, 1003 when absent' },
} as const satisfies FlagSpecs;

/** The API fields of the flags that were given; undefined when none was. */
export function imageFields(flags: FlagValues<typeof IMAGE_FLAGS>): { readonly custom_image: object } | undefined {
  const fields = {
    image: flags.image,
    command: flags['image-command'],
    args: flags['image-args'],
    working_dir: flags['working-dir'],
    uid: flags.uid,
    gid: flags.gid,
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  if (flags.image === undefined) throw usageError('the flags of an image need --image');
  return { custom_image: { enabled: true, ...Object.fromEntries(given) } };
}
