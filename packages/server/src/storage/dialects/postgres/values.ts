import type { SqlValue } from '../../parameter.ts';

/** PostgreSQL text cannot contain U+0000; it is written as this private-use character and a digit. */
const MARK = '\uF8F0';
const SPECIAL = /[\0\uF8F0]/;

/** The values that `pg` takes: text, bytes or null. The column type decides how text is parsed. */
export function toWire(value: SqlValue): string | Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return encodeText(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}

function encodeText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll(MARK, `${MARK}1`).replaceAll('\0', `${MARK}0`);
}

function decodeText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replaceAll(`${MARK}0`, '\0').replaceAll(`${MARK}1`, MARK);
}

/** All stored numbers fit into a double; others were not written by this program. */
function readNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is too large to be read`);
  return value;
}

const readBytes = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');
const readBoolean = (text: string): boolean => text === 't';

/** By type id of PostgreSQL's catalog; other types are read as text. */
const READERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, readBoolean],
  [17, readBytes],
  [20, readNumber],
  [21, readNumber],
  [23, readNumber],
  [26, readNumber],
  [700, readNumber],
  [701, readNumber],
  [1700, readNumber],
]);

/** How a column is read: whole numbers as numbers, bytes as buffers. */
export function fromWire(typeId: number): (text: string) => unknown {
  return READERS.get(typeId) ?? decodeText;
}
