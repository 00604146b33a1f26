import { createClient } from '@funcgraph/api';
import { call, deploy, runtimeOf, type Tenant } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { pause } from './verdict.ts';

const SOURCE = 'exports.handler = async (event, context) => ({ n: event.n });';
const BETWEEN_CALLS_MS = 40;

interface Latencies {
  readonly ms: number[];
  /** Answers that were not the one asked for. */
  readonly failures: string[];
}

/** Another account on the attacked server, which calls its one function all the time and wants its answers. */
export class Innocent {
  readonly #tenant: Tenant;
  readonly #urn: string;
  readonly #byPart = new Map<string, Latencies>();
  readonly wrong: string[] = [];
  #n = 0;

  private constructor(tenant: Tenant, urn: string) {
    this.#tenant = tenant;
    this.#urn = urn;
  }

  static async create(server: TestServer): Promise<Innocent> {
    const { data } = await server.api.call('createAccount', { body: { name: 'innocent' } });
    const { project_id, access_key, secret_key } = data;
    const tenant: Tenant = {
      credentials: { project_id, access_key, secret_key },
      // another one after each start
      get endpoint() {
        return server.endpoint;
      },
      get api() {
        const auth = { kind: 'key', accessKey: access_key, secretKey: secret_key } as const;
        return createClient({ endpoint: server.endpoint, auth });
      },
    };
    const runtime = await runtimeOf(server, 'Node.js');
    const urn = await deploy(tenant, { name: 'innocent', runtime, files: { 'index.js': SOURCE } });
    return new Innocent(tenant, urn);
  }

  /** Calls until `isOver`; each latency counts for the part that `part` names at its end. */
  async work(isOver: () => boolean, part: () => string): Promise<void> {
    while (!isOver()) {
      await this.#once(part);
      await pause(BETWEEN_CALLS_MS);
    }
  }

  /** In milliseconds, of the calls in these parts; NaN without any. */
  percentile(share: number, parts: readonly string[]): number {
    const all = parts.flatMap((part) => this.#byPart.get(part)?.ms ?? []).sort((a, b) => a - b);
    return all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? Number.NaN;
  }

  count(parts: readonly string[]): { calls: number; failures: string[] } {
    const found = parts.map((part) => [part, this.#byPart.get(part) ?? { ms: [], failures: [] }] as const);
    return {
      calls: found.reduce((sum, [, { ms }]) => sum + ms.length, 0),
      failures: found.flatMap(([part, { failures }]) => failures.map((text) => `${part}: ${text}`)),
    };
  }

  async #once(part: () => string): Promise<void> {
    this.#n += 1;
    const n = this.#n;
    const before = part();
    const began = performance.now();
    const failure = await call(this.#tenant, this.#urn, { n }).then(
      ({ status, text }) => {
        if (status === 200 && text === `{"n":${n}}`) return undefined;
        if (status === 200 && text.startsWith('{"n"')) this.wrong.push(`innocent asked ${n}, got ${text}`);
        return `${status} ${text}`;
      },
      (error: unknown) => String(error),
    );
    // a call across a border may have met either part
    if (part() !== before) return;
    const latencies = this.#byPart.get(before) ?? { ms: [], failures: [] };
    this.#byPart.set(before, latencies);
    latencies.ms.push(performance.now() - began);
    if (failure === undefined) return;
    latencies.failures.push(failure.slice(0, 200));
  }
}
