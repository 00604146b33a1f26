import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { call, deploy, type Invocation, invoke, PATIENCE, request, runtimeOf, target } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';
import { noted, noting } from './account-folder.ts';

/** Each instance has a name of its own. */
const INSTANCE = 'const instance = Math.random();';

const LONG = { timeout: 180_000 };

describe.skipIf(findPostgres() === undefined)('calls between two servers', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  let runtime: string;
  beforeAll(async () => {
    two = await TwoServers.start();
    [a, b] = [two.first, two.second];
    runtime = await runtimeOf(a, 'Node.js');
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  let made = 0;
  const make = async (body: string): Promise<string> => {
    made += 1;
    const code = `${INSTANCE} exports.handler = async (event, context) => { ${body} };`;
    const urn = await deploy(a, { name: `called-${made}`, runtime, timeout: 60, files: { 'index.js': code } });
    const path = `/v2/${a.credentials.project_id}/fgs/functions/${urn}/config`;
    await expect.poll(async () => (await request(b, { method: 'GET', path })).status, PATIENCE).toBe(200);
    return urn;
  };
  /**
   * A function with instances on A that B knows of: other ones are made until a call on B went there. On a busy machine
   * reports are late, and then B starts an instance itself.
   */
  const warmOnA = async (body: string): Promise<{ urn: string; onA: Invocation[]; onB: Invocation }> => {
    for (;;) {
      const urn = await make(body);
      const onA: Invocation[] = [];
      // meanwhile A reports to B
      while (onA.length < 30) onA.push(await invoke(a, urn, {}));
      const onB = await invoke(b, urn, {});
      if (onB.receipt.nodes !== undefined) return { urn, onA, onB };
    }
  };

  it('a call on one runs in the warm instance of the other, and its receipt names both', LONG, async () => {
    const { urn, onB } = await warmOnA("console.log('logged'); return { statusCode: 200, body: String(instance) };");
    expect(onB.receipt).toMatchObject({ cold: false, outcome: 'ok', nodes: [expect.any(String), expect.any(String)] });
    expect(onB.receipt.nodes?.[0]).not.toBe(onB.receipt.nodes?.[1]);
    expect(onB.receipt.hop_ms).toBeGreaterThanOrEqual(0);
    expect(onB.log).toContain('logged');
    const params = { project_id: a.credentials.project_id, request_id: onB.receipt.request_id };
    for (const { api } of [a, b])
      await vi.waitFor(async () => {
        const { data } = await api.call('showReceipt', { params });
        const { nodes, hop_ms, total_ms } = onB.receipt;
        expect(data).toMatchObject({ nodes, hop_ms, total_ms });
      }, PATIENCE);
    const large = await invoke(b, urn, { text: 'x'.repeat(500_000) });
    expect(large.receipt.outcome).toBe('ok');
  });

  it('so does a request to a function URL', LONG, async () => {
    const inOneInstance = async () => {
      const urn = await make('return { statusCode: 200, body: String(instance) };');
      await a.api.call('setFunctionUrl', { params: target(a, urn), body: { enabled: true, auth: 'none' } });
      const url = (server: TestServer) => `${server.gateway}/fn/${a.credentials.project_id}/default/called-${made}/`;
      let onA = '';
      for (let n = 0; n < 30; n += 1) onA = await (await fetch(url(a))).text();
      return (await (await fetch(url(b))).text()) === onA;
    };
    await expect.poll(inOneInstance, { timeout: 120_000 }).toBe(true);
  });

  it('the error of a function is the same as without a hop', LONG, async () => {
    const { onA, onB } = await warmOnA("throw new Error('broken');");
    expect(onB).toMatchObject({ status: 200, isError: true, receipt: { outcome: 'function_error' } });
    expect(onB.text).toBe(onA[0]?.text);
  });

  it('a process that is no node gets nothing from the internal listener', async () => {
    const [, port] = /"address":"127\.0\.0\.1:(\d+)"/.exec(a.log) ?? [];
    const status = await new Promise((resolve) => {
      const options = { host: '127.0.0.1', port, method: 'POST', path: '/calls', rejectUnauthorized: false };
      httpsRequest(options, (answer) => resolve(answer.statusCode))
        .on('error', () => resolve('closed'))
        .end('{}');
    });
    expect([403, 'closed']).toContain(status);
  });

  it('a node that stands still gets no more calls: the other one serves them itself', LONG, async () => {
    const { urn } = await warmOnA('return String(instance);');
    process.kill(a.pid, 'SIGSTOP');
    try {
      const served = async () => {
        const answer = await call(b, urn);
        return answer.status === 200 && !answer.headers.get('x-cff-invoke-summary')?.includes('"nodes"');
      };
      await expect.poll(served, PATIENCE).toBe(true);
    } finally {
      process.kill(a.pid, 'SIGCONT');
    }
  });

  it('a client gets the truth when the node that runs its call is killed', LONG, async () => {
    let running: ReturnType<typeof call> | undefined;
    let urn = '';
    let file = '';
    while (running === undefined) {
      file = join(two.folder, `killed-${made}`);
      const long = `${noting(file, 'instance')} await new Promise((end) => setTimeout(end, 40_000));`;
      const warm = await warmOnA(`if (event.long) { ${long} } return String(instance);`);
      urn = warm.urn;
      const begun = call(b, urn, { long: true });
      await expect.poll(() => noted(file).length, PATIENCE).toBe(1);
      if (warm.onA[0]?.text.includes(noted(file)[0]?.[0] ?? '-') === true) running = begun;
      else begun.catch(() => {});
    }
    await a.kill('SIGKILL');
    const answer = await running;
    expect(answer.status).toBe(500);
    expect(answer.headers.get('x-cff-invoke-summary')).toContain('"outcome":"system_error"');
    expect(answer.text).toContain('may have done a part of its work');
    expect(noted(file)).toHaveLength(1);
    const again = await invoke(b, urn);
    expect([again.receipt.outcome, again.receipt.nodes]).toEqual(['ok', undefined]);
    await a.restart();
  });
});
