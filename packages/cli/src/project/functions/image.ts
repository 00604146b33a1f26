import type { FunctionEntry } from '../file/schema.ts';
import type { Fields } from '../plan/resource.ts';

export const IMAGE_RUNTIME = 'Custom Image';
/** User and group of functions. */
const USUAL_ID = 1003;

/** A function is either an image or code, and stays so. */
export function imageOf(image: FunctionEntry['image']): Fields {
  if (image === undefined) return { source: 'code', image: undefined };
  const {
    name,
    command = '',
    args = '',
    working_dir = '',
    uid,
    gid,
  } = typeof image === 'string' ? { name: image } : image;
  const fields = { name, command, args, working_dir, uid: String(uid ?? USUAL_ID), gid: String(gid ?? USUAL_ID) };
  return { source: 'image', image: fields };
}

/** The same of a function of the server. */
export function actualImage(image: Fields | undefined): Fields {
  if (image === undefined) return { source: 'code', image: undefined };
  const { image: name, command, args, working_dir, uid, gid } = image;
  return { source: 'image', image: { name, command, args, working_dir, uid, gid } };
}

/** As the API has it. */
export function imageBody(image: unknown): Fields {
  const { name, uid, gid, ...texts } = image as Fields;
  return { enabled: true, image: name, ...texts, uid: Number(uid), gid: Number(gid) };
}
