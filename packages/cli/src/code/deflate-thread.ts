import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { DeflateJob, DeflateResult } from './deflate-threads.ts';
import { packSmall } from './pack-small.ts';

function deflate({ batch, sources }: DeflateJob): DeflateResult {
  try {
    const packed = sources.map((source) => packSmall(readFileSync(source)));
    const files = packed.map(({ data, ...file }) => ({ ...file, bytes: data.length }));
    return { batch, files, data: new Uint8Array(Buffer.concat(packed.map(({ data }) => data))) };
  } catch (error) {
    return { batch, error: String(error) };
  }
}

parentPort?.on('message', (job: DeflateJob) => {
  const result = deflate(job);
  parentPort?.postMessage(result, 'data' in result ? [result.data.buffer as ArrayBuffer] : []);
});
