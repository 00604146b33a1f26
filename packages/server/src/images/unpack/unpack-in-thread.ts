import { startWorker } from '../../lib/worker-thread.ts';
import { ImageError, type ImageReason } from '../errors.ts';
import type { UnpackOptions } from './unpack-image.ts';

export type UnpackJob = Pick<UnpackOptions, 'layers' | 'target' | 'limits'>;

/** Messages of the thread; the last is `done` or `failed`. */
export type UnpackNews =
  | { readonly kind: 'layer'; readonly number: number }
  | { readonly kind: 'done'; readonly bytes: number }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly reason?: ImageReason;
      readonly hint?: string | undefined;
    };

/** Like `unpackImage`, without blocking the server. An abort ends it at once. */
export async function unpackInThread({ onLayer, signal, ...job }: UnpackOptions): Promise<number> {
  signal.throwIfAborted();
  const { layers, target, limits } = job;
  const data: UnpackJob = { layers, target, limits };
  const thread = startWorker({ from: import.meta.url, entry: './unpack-thread', name: 'unpack', data });
  let onAbort = (): void => {};
  try {
    return await new Promise<number>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
      thread.on('message', (news: UnpackNews) => {
        if (news.kind === 'layer') onLayer?.(news.number);
        else if (news.kind === 'done') resolve(news.bytes);
        else reject(failure(news));
      });
      thread.on('error', reject);
      thread.on('exit', (code) => reject(new Error(`the thread that unpacks an image ended with code ${code}`)));
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    // After the thread has ended the target has no writer, so that it can be removed.
    await thread.terminate();
  }
}

function failure({ message, reason, hint }: Extract<UnpackNews, { kind: 'failed' }>): Error {
  if (reason === undefined) return new Error(message);
  return new ImageError(reason, message, hint === undefined ? {} : { hint });
}
