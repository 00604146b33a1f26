import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { inspect } from 'node:util';

/** Ends the work in whose code an exception was thrown. */
const failing = new AsyncLocalStorage<((error: Error) => void) | undefined>();

/**
 * Runs a library that talks to a peer that may be hostile. An exception that it throws where no code catches it, such as in a
 * handler of a socket or a timer, rejects the work and aborts `broken`, at which the library is to close its connections.
 * One that it throws when the work has ended goes to `late`. Needs `endContainedWork`.
 */
export async function containExceptions<T>(
  run: (broken: AbortSignal) => Promise<T>,
  late: (error: Error) => void,
): Promise<T> {
  const failed = Promise.withResolvers<never>();
  const control = new AbortController();
  let isOver = false;
  const fail = (error: Error): void => {
    if (isOver) {
      uncontained(() => late(error));
      return;
    }
    isOver = true;
    failed.reject(error);
    control.abort(error);
  };
  try {
    return await Promise.race([failed.promise, failing.run(fail, () => run(control.signal))]);
  } finally {
    isOver = true;
  }
}

/** Runs our own code that the library calls: its exceptions are faults of the server. */
export function uncontained<T>(run: () => T): T {
  return failing.run(undefined, run);
}

/** Of the process or the thread: an uncaught exception of contained work ends that work. Any other one ends it. */
export function endContainedWork(): void {
  process.on('uncaughtException', (error: unknown) => {
    const fail = failing.getStore();
    if (fail !== undefined) return fail(error instanceof Error ? error : new Error(String(error)));
    // as Node.js does without this handler
    writeSync(2, `Uncaught ${inspect(error)}\n`);
    process.exit(1);
  });
}
