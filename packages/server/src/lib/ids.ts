import { hash, randomBytes, randomFillSync } from 'node:crypto';

/** Random bytes in hexadecimal, made for many ids at once. */
const pool = Buffer.alloc(4096);
let digits = '';
let used = 0;
const DIGITS_OF_ID = 19;
/** Two bits of the fourth group; the other two are fixed. */
const VARIANTS = '89ab';

let millisecond = 0;
/** The part of an id that stands for `millisecond`. */
let beginning = '';

/**
 * Public id of one invocation or API request: a UUID of version 7, which begins with the time. New ids are adjacent at
 * the end of every index, where random ones would each change another page of it.
 */
export function newRequestId(): string {
  const now = Date.now();
  if (now !== millisecond) {
    millisecond = now;
    const time = now.toString(16).padStart(12, '0');
    beginning = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  if (used + DIGITS_OF_ID > digits.length) {
    digits = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const at = used;
  used += DIGITS_OF_ID;
  const variant = VARIANTS[Number.parseInt(digits.charAt(at), 16) & 3];
  return `${beginning}${digits.slice(at + 1, at + 4)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, used)}`;
}

/** Id of an instance; safe as a file name and a cgroup name. */
export function newInstanceId(): string {
  return `i-${randomBytes(8).toString('hex')}`;
}

/** The same UUID (version 8) for the same text: repeating work after a crash repeats its ids. */
export function idOf(text: string): string {
  const hex = hash('sha256', text, 'hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
