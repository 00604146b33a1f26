import type { Json } from './json.ts';

/** Bytes of a text in UTF-8. A lone surrogate counts as three bytes, as encoders write it. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/**
 * About the bytes of a value as JSON text: escaped characters count once. Values of any depth; stops counting above the
 * limit.
 */
export function jsonBytes(value: Json, limit = Infinity): number {
  const waiting: Json[] = [value];
  let bytes = 0;
  while (waiting.length > 0 && bytes <= limit) {
    const one = waiting.pop() as Json;
    if (typeof one === 'string') bytes += utf8Bytes(one) + 2;
    else if (typeof one !== 'object' || one === null) bytes += String(one).length;
    else if (Array.isArray(one)) {
      bytes += Math.max(2, one.length + 1);
      for (const item of one) waiting.push(item);
    } else {
      const keys = Object.keys(one);
      bytes += Math.max(2, keys.length + 1);
      for (const key of keys) {
        bytes += utf8Bytes(key) + 3;
        waiting.push(one[key] as Json);
      }
    }
  }
  return bytes;
}
