import { hash, randomBytes, randomUUID } from 'node:crypto';

/**
 * Public id of one invocation or API request: a UUID of version 7, which begins with the time. New ids are adjacent at
 * the end of every index, where random ones would each change another page of it.
 */
export function newRequestId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
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
