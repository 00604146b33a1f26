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

/** About the bytes of a value as JSON text: exact but for escaped characters, which count once. The value must be bounded in depth. */
export function jsonBytes(value: Json): number {
  if (typeof value === 'string') return utf8Bytes(value) + 2;
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + jsonBytes(item) + 1, 2);
  return Object.entries(value).reduce((sum, [key, item]) => sum + utf8Bytes(key) + 4 + jsonBytes(item), 2);
}
