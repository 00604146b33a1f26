import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { deploy, receiptOf, target } from '../../functions.ts';
import type { TestServer } from '../../server.ts';

/** Functions with a URL and the switch for streams, on one server. */
export class Published {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  at(name: string, path: string): string {
    return `${this.#server.gateway}/fn/${this.#server.credentials.project_id}/default/${name}${path}`;
  }

  /** A function with a URL, whose instance takes several requests at once. */
  async add(deployment: Parameters<typeof deploy>[1], handler = 'index.handler'): Promise<string> {
    const server = this.#server;
    const urn = await deploy(server, { returnStream: true, handler, timeout: 20, ...deployment });
    await server.api.call('updateFunctionConfig', {
      params: target(server, urn),
      body: {
        func_name: deployment.name,
        runtime: deployment.runtime,
        handler,
        timeout: deployment.timeout ?? 20,
        memory_size: 256,
        strategy_config: { concurrency: 1, concurrent_num: 10 },
      },
    });
    await server.api.call('setFunctionUrl', { params: target(server, urn), body: { auth: 'none', enabled: true } });
    return urn;
  }

  /** Lets the function give its next piece. */
  async go(name: string): Promise<void> {
    expect(await (await fetch(this.at(name, '/go'))).text()).toBe('went');
  }

  async outcomeOf(requestId: string): Promise<unknown> {
    return (await receiptOf(this.#server, requestId))?.outcome;
  }

  /** Memory of the server in bytes. */
  memory(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#server.pid}/status`, 'utf8'))?.[1]) * 1024;
  }
}
