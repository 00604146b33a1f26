import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import { ClientGone } from '../../bodies/read-body.ts';
import { UploadWatch } from '../../bodies/upload-watch.ts';
import { StorageError } from '../errors.ts';

export interface RequestBodyOptions {
  readonly clock: Clock;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** Called before the first byte is read. */
  readonly onBegin: () => void;
}

/**
 * The raw bytes of a request, read with backpressure and once. Only the first read lets a waiting client send. Ends with
 * `ClientGone`, or with `RequestTimeout` for a client that sends too slowly; the connection stays open for the answer.
 */
export async function* requestBody(
  request: IncomingMessage,
  response: ServerResponse,
  { clock, expectsContinue, onBegin }: RequestBodyOptions,
): AsyncGenerator<Buffer, void> {
  onBegin();
  const slow = Promise.withResolvers<never>();
  slow.promise.catch(() => {});
  const watch = new UploadWatch(request, clock, Number.POSITIVE_INFINITY);
  watch.onSlow = () => slow.reject(new StorageError('RequestTimeout', 'The body of the request arrived too slowly.'));
  if (expectsContinue) response.writeContinue();
  const pieces: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), slow.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw error instanceof StorageError ? error : new ClientGone();
  } finally {
    watch.lift();
  }
}
