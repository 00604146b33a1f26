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

const BACKSPACE = 0x08;
const CARRIAGE_RETURN = 0x0d;
const VERTICAL_TAB = 0x0b;

/** Bytes of a text in JSON, without its quotes: escaped characters are longer. */
export function textBytes(text: string): number {
  let bytes = utf8Bytes(text);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22 || unit === 0x5c) bytes += 1;
    else if (unit < 0x20) bytes += unit >= BACKSPACE && unit <= CARRIAGE_RETURN && unit !== VERTICAL_TAB ? 1 : 5;
  }
  return bytes;
}

/**
 * About the bytes of a value as JSON text: escaped characters count once unless `textSize` counts them. Values of any
 * depth; stops counting above the limit.
 */
export function jsonBytes(value: Json, limit = Infinity, textSize: (text: string) => number = utf8Bytes): number {
  const waiting: Json[] = [value];
  let bytes = 0;
  while (waiting.length > 0 && bytes <= limit) {
    const one = waiting.pop() as Json;
    if (typeof one === 'string') bytes += textSize(one) + 2;
    else if (typeof one !== 'object' || one === null) bytes += String(one).length;
    else if (Array.isArray(one)) {
      bytes += Math.max(2, one.length + 1);
      for (const item of one) waiting.push(item);
    } else {
      const keys = Object.keys(one);
      bytes += Math.max(2, keys.length + 1);
      for (const key of keys) {
        bytes += textSize(key) + 3;
        waiting.push(one[key] as Json);
      }
    }
  }
  return bytes;
}
