import { parentPort, workerData } from 'node:worker_threads';
import { ImageError } from '../errors.ts';
import { unpackImage } from './unpack-image.ts';
import type { UnpackJob, UnpackNews } from './unpack-in-thread.ts';

const tell = (news: UnpackNews): void => parentPort?.postMessage(news);

try {
  const bytes = await unpackImage({
    ...(workerData as UnpackJob),
    onLayer: (number) => tell({ kind: 'layer', number }),
    // An abort ends the whole thread.
    signal: new AbortController().signal,
  });
  tell({ kind: 'done', bytes });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof ImageError ? { reason: error.reason, hint: error.hint } : {};
  tell({ kind: 'failed', message, ...known });
}
