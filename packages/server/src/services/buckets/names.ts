import { BucketError } from './errors.ts';

const MAX_KEY_BYTES = 1024;
const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const NAME = new RegExp(`^(?=.{3,63}$)${LABEL}(?:\\.${LABEL})*$`);
const ADDRESS = /^\d+(\.\d+){3}$/;
/** Reserved by S3 for other kinds of names in the same place. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3)$/;

/** A bucket is a part of a host name: DNS labels in lower case, 3 to 63 characters. */
export function isBucketName(name: string): boolean {
  return NAME.test(name) && !ADDRESS.test(name) && !RESERVED.test(name);
}

/** Throws `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  if (isBucketName(name)) return;
  throw new BucketError(
    'InvalidBucketName',
    'A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens, in labels that begin and end with a letter or digit, and is no IP address.',
  );
}

/** The bytes of a key, by which keys are ordered. Throws `KeyTooLongError`, and `InvalidArgument` for no text of UTF-8. */
export function keyBytes(key: string): Buffer {
  if (key === '') throw new BucketError('InvalidArgument', 'A key has at least one character.');
  return textBytes(key, 'key');
}

/** Like `keyBytes` for a prefix, a delimiter or a marker, which may be empty. */
export function textBytes(text: string, name: string): Buffer {
  if (!text.isWellFormed()) throw new BucketError('InvalidArgument', `The ${name} is not valid UTF-8.`);
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= MAX_KEY_BYTES) return bytes;
  throw new BucketError('KeyTooLongError', `The ${name} is longer than ${MAX_KEY_BYTES} bytes of UTF-8.`);
}
