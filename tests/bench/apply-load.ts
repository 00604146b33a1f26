import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './load.ts';

/** Runs a load in a process of its own, so that the measuring process does nothing else meanwhile. */
export async function applyLoad(
  plan: Omit<LoadPlan, 'requests'> & { readonly request: Uint8Array | readonly Uint8Array[] },
): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { execArgv: [] });
  const { request, ...rest } = plan;
  const requests = [request].flat().map((bytes) => Buffer.from(bytes).toString('base64'));
  child.send({ ...rest, requests });
  const reported = once(child, 'message').then(([result]) => result as LoadResult);
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the load process died')));
  return Promise.race([reported, died]);
}
