import type { TestServer } from '../server.ts';

const SENDERS = 8;

export interface Load {
  /** Number of the first. */
  readonly first: number;
  readonly most: number;
  readonly killAt: number;
  /** Rejects when it was not accepted. */
  readonly send: (n: number) => Promise<void>;
}

/** Sends until the server is killed, which happens right after the `killAt`-th acceptance. */
export async function loadUntilKilled(server: TestServer, { first, most, killAt, send }: Load): Promise<void> {
  let next = first;
  let count = 0;
  let killed: Promise<unknown> | undefined;
  const sender = async (): Promise<void> => {
    while (killed === undefined && next < first + most) {
      const n = next;
      next += 1;
      try {
        await send(n);
      } catch (error) {
        // Never answered: it may be stored or not; the server made no promise.
        if (killed === undefined) throw error;
        return;
      }
      count += 1;
      if (count === killAt) killed = server.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  await (killed ?? server.kill('SIGKILL'));
}
