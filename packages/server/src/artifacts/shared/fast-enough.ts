const WINDOW_MS = 20_000;
/** Bytes in a millisecond, on average over a window. A connection that is slower would hold up calls for ever. */
const LEAST_RATE = 8;

/**
 * Passes on what arrives, and throws when it arrives more slowly than 8 KB/s. What comes between the last window and the end
 * is not judged. `now`: ms of a clock that only goes on.
 */
export async function* fastEnough(
  arriving: AsyncIterable<Buffer>,
  { now, windowMs = WINDOW_MS }: { readonly now: () => number; readonly windowMs?: number | undefined },
): AsyncGenerator<Buffer> {
  let since: number | undefined;
  let bytes = 0;
  for await (const chunk of arriving) {
    const at = now();
    since ??= at;
    bytes += chunk.length;
    if (at - since >= windowMs) {
      if (bytes < LEAST_RATE * (at - since)) throw new Error('the service sends too slowly');
      since = at;
      bytes = 0;
    }
    yield chunk;
  }
}
