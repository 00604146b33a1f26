import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';

/** What a client may still send after its request was refused. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_MS = 5_000;

/**
 * Discards what a client still sends after its answer, so that the answer arrives: closing at once would reset the
 * connection. Bounded, because the rest of a large object is not worth its transfer; a client within the bounds goes on
 * with its connection.
 */
export function linger(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const { socket } = request;
  const limit = socket.bytesRead + MAX_BYTES;
  const cut = (): void => void socket.destroy();
  const timer = clock.after(MAX_MS, cut);
  request.on('data', () => {
    if (socket.bytesRead > limit) cut();
  });
  request.on('error', () => {});
  for (const end of ['end', 'close']) request.once(end, () => timer.cancel());
  response.once('close', () => request.resume());
}
