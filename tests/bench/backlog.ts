import { deployHello, invoke, signedRequest } from './functions.ts';
import type { LoadResult } from './load.ts';
import { processorSeconds } from './processor-time.ts';
import { absolute, type Row } from './report.ts';
import type { Bench } from './section.ts';
import type { Target } from './target.ts';
import { WARMUP_MS, warmCalls } from './warm-calls.ts';

const CONNECTIONS = 32;

/** For the start of the process that makes the load, and for what it sends last. */
const SLACK_MS = 3000;

/**
 * Asynchronous calls that wait behind one that takes its time, in the only instance that their function may have: until
 * it ends, calls are accepted and none runs.
 */
export class Backlog {
  readonly urn: string;
  readonly #target: Target;

  private constructor(target: Target, urn: string) {
    this.#target = target;
    this.urn = urn;
  }

  /** Undefined on a machine that has no runtime for the function. */
  static async hold(bench: Bench, target: Target, name: string): Promise<Backlog | undefined> {
    const urn = await deployHello(target, 'held', name);
    if (urn === undefined) return undefined;
    // throws when the function fails, which would keep the backlog for ever
    await invoke(target.client, target.credentials.project_id, urn);
    await limit(target, urn, 1);
    const body = { holdMs: WARMUP_MS + bench.measureMs + SLACK_MS };
    await target.client.call('asyncInvokeFunction', { params: paramsOf(target, urn), body: body as never });
    return new Backlog(target, urn);
  }

  /** With the processor time of a call. */
  async accept(bench: Bench): Promise<LoadResult & { readonly processor: Row }> {
    const request = await signedRequest(this.#target, this.urn, 'invocations-async', {});
    const address = this.#target.credentials.endpoint;
    const expected = '"request_id":"';
    const before = await this.#left();
    const result = await warmCalls(bench, this.#target, { address, request, expected, connections: CONNECTIONS });
    if ((await this.#left()) < before + result.answers) throw new Error('accepted calls ran before they were measured');
    return result;
  }

  /** Until the backlog has run, in one instance. */
  async drain(): Promise<{ readonly perSecond: number; readonly processor: Row }> {
    const calls = await this.#left();
    let used = processorSeconds(this.#target.root);
    let begun = performance.now();
    for (let left = calls; left > 0; left = await this.#left()) {
      if (left === calls) {
        used = processorSeconds(this.#target.root);
        begun = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const perSecond = (calls / (performance.now() - begun)) * 1000;
    used = processorSeconds(this.#target.root) - used;
    await limit(this.#target, this.urn, -1);
    return { perSecond, processor: absolute('  processor time of a call', (used * 1e6) / calls, 'µs', {}) };
  }

  async #left(): Promise<number> {
    const { waiting, running } = (await this.#target.client.call('showGauges')).data.async;
    return waiting + running;
  }
}

const paramsOf = ({ credentials }: Target, urn: string) => ({
  project_id: credentials.project_id,
  function_urn: urn,
});

const limit = (target: Target, urn: string, max_instance_num: number): Promise<unknown> =>
  target.client.call('updateFunctionMaxInstanceConfig', { params: paramsOf(target, urn), body: { max_instance_num } });
