import { randomBytes, randomUUID } from 'node:crypto';

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
