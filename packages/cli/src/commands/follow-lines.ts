import { setTimeout as delay } from 'node:timers/promises';
import { ApiError } from '@funcgraph/api';
import type { Context } from '../framework/index.ts';

const RECONNECT_MS = 500;

/** Follows a log until Ctrl-C. A broken connection is made again; a refusal of the server ends it. */
export async function* followLines<Line>(open: () => AsyncIterable<Line>, context: Context): AsyncGenerator<Line> {
  const { signal, stderr } = context;
  while (!signal.aborted) {
    try {
      yield* open();
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError) throw error;
    }
    await stderr.write('the log stream ended; connecting again, lines of this moment may be missing\n');
    await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}
