import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { unpackPiece } from '../../packages/server/src/telemetry/copies/piece.ts';
import { call, deploy, invoke, PATIENCE, project, runtimeOf, target } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

const CALLS = 12;

describe.skipIf(findPostgres() === undefined)('what a killed server logged', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  beforeAll(async () => {
    two = await TwoServers.start();
    [a, b] = [two.first, two.second];
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  /** Messages in the copies of all servers. */
  const copied = (): string[] => {
    const dir = join(two.folder, 'artifacts', 'telemetry');
    const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\/\d{15}-\w{64}$/.test(name),
    );
    return names.flatMap((name) => {
      const { lines } = unpackPiece(readFileSync(join(dir, name)), name.slice(-64));
      return lines.map(({ message }) => message.trim());
    });
  };

  it('is shown by the others from its copies, in one log with theirs, and once when it is back', {
    timeout: 900_000,
  }, async () => {
    const runtime = await runtimeOf(a, 'Node.js');
    const code = "exports.handler = async (event, context) => { console.log('said ' + event.n); return 'done'; };";
    const urn = await deploy(a, { name: 'logging', runtime, files: { 'index.js': code } });
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    const ids: string[] = [];
    for (let n = 0; n < CALLS; n += 1) ids.push((await invoke(n % 2 === 0 ? a : b, urn, { n })).requestId);
    const expected = ids.map((_, n) => `said ${n}`);
    await expect.poll(copied, { timeout: 240_000, interval: 500 }).toEqual(expect.arrayContaining(expected));

    const since = new Date(Date.now() - 3_600_000).toISOString();
    const said = async () => {
      const query = { from: since, keyword: 'said', order: 'asc' as const };
      const { data } = await a.api.call('queryLogs', { params: target(a, urn), query });
      const texts = data.lines.map(({ message }) => message.trim()).filter((text) => text !== 'said warm');
      return { texts, missing: data.unreachable_servers ?? [] };
    };
    const whole = { texts: expected, missing: [] };
    expect(await said()).toEqual(whole);
    await b.kill('SIGKILL');
    await expect.poll(said, PATIENCE).toEqual(whole);
    const receipts = await a.api.call('listReceipts', { params: target(a, urn), query: { from: since } });
    expect(receipts.data.unreachable_servers).toBeUndefined();
    expect(receipts.data.receipts.map(({ request_id }) => request_id)).toEqual(expect.arrayContaining(ids));
    for (const request_id of ids) {
      const { data } = await a.api.call('showReceipt', { params: { ...project(a), request_id } });
      expect(data.request_id).toBe(request_id);
    }
    const { data: metrics } = await a.api.call('showMetrics', { params: target(a, urn), query: {} });
    expect(metrics.unreachable_servers).toBeUndefined();
    expect(metrics.points.reduce((sum, { count }) => sum + count, 0)).toBe(CALLS + 1);

    await b.restart();
    await expect.poll(said, PATIENCE).toEqual(whole);
    await b.kill('SIGTERM');
    await expect.poll(said, PATIENCE).toEqual(whole);
  });
});
