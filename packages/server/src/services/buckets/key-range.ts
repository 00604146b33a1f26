/** Pure: the first key behind all that begin with `prefix`; undefined when none is. Bytes of UTF-8 are below 0xff. */
export function behindPrefix(prefix: Uint8Array): Buffer | undefined {
  if (prefix.length === 0) return undefined;
  const bytes = Buffer.from(prefix);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) + 1;
  return bytes;
}

/** Pure: the first possible key behind `key`. */
export function behindKey(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

/** Pure: the common prefix that lists `key`, up to the first delimiter behind `prefix`; undefined for a key of its own. */
export function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.subarray(0, at + delimiter.length);
}
