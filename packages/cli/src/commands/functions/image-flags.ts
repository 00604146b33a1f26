import { type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';

/** Flags for functions that are a container image, the same in `create` and `update`. */
export const IMAGE_FLAGS = {
  image: flag.text('NAME:TAG', 'container image, as fgs images list shows it'),
  'image-command': flag.text('A,B', 'program in the place of the entrypoint of the image'),
  'image-args': flag.text('A,B', 'arguments in the place of the command of the image'),
  'working-dir': flag.text('PATH', 'working directory in the place of the one of the image'),
  uid: flag.integer('ID', 'user that the image runs as, 1003 when absent'),
  gid: flag.integer('ID', 'group that the image runs as, 1003 when absent'),
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
