import { randomBytes, randomUUID } from 'node:crypto';

/** Public id of one invocation or API request: a UUID. */
export function newRequestId(): string {
  return randomUUID();
}

/** Id of an instance; safe as a file name and a cgroup name. */
export function newInstanceId(): string {
  return `i-${randomBytes(8).toString('hex')}`;
}
