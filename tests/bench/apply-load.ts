import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './load.ts';

/** Of a function that says hello, whatever the form of its answer. */
const HELLO = 'world';

export interface Load extends Omit<LoadPlan, 'requests' | 'expected'> {
  readonly request: Uint8Array | readonly Uint8Array[];
  readonly expected?: string;
  /** Answers that are not right are counted, where they otherwise end the bench. */
  readonly mayFail?: boolean;
}

/** Runs a load in a process of its own, so that the measuring process does nothing else meanwhile. */
export async function applyLoad({ request, expected = HELLO, mayFail = false, ...plan }: Load): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { execArgv: [] });
  const requests = [request].flat().map((bytes) => Buffer.from(bytes).toString('base64'));
  child.send({ ...plan, expected, requests });
  const reported = once(child, 'message').then(([result]) => result as LoadResult);
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the load process died')));
  const result = await Promise.race([reported, died]);
  const { failures, refusals } = result;
  if (failures > 0 && !mayFail) throw new Error(`${failures} answers were not right: ${JSON.stringify(refusals[0])}`);
  return result;
}
