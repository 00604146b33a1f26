import type { Receipt } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { deploy, invoke, PATIENCE, request, runtimeOf } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

/** Functions that start at once. */
const BURST = 6;
/** Runtimes wait only in sandboxes that can get code later, and while memory is not short. */
const ISOLATED = ['--memory-budget', '16GB'];

describe.skipIf(findPostgres() === undefined || process.getuid?.() !== 0)('two servers with prewarmed runtimes', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  let runtime: string;
  beforeAll(async () => {
    two = await TwoServers.start(undefined, ISOLATED);
    [a, b] = [two.first, two.second];
    runtime = await runtimeOf(a, 'Node.js');
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  /** New functions that both know. */
  const make = async (name: string, count: number): Promise<string[]> => {
    const files = { 'index.js': "exports.handler = async () => 'done';" };
    const all = Array.from({ length: count }, (_, n) => deploy(a, { name: `${name}-${n}`, runtime, files }));
    const urns = await Promise.all(all);
    for (const urn of urns) {
      const path = `/v2/${a.credentials.project_id}/fgs/functions/${urn}/config`;
      await expect.poll(async () => (await request(b, { method: 'GET', path })).status, PATIENCE).toBe(200);
    }
    return urns;
  };
  const waitingAt = async ({ api }: TestServer): Promise<number> =>
    (await api.call('showGauges', {})).data.instances.prewarmed;
  const burst = async (server: TestServer, urns: readonly string[]): Promise<Receipt[]> =>
    (await Promise.all(urns.map((urn) => invoke(server, urn)))).map(({ receipt }) => receipt);

  it('keep some for the bursts that the other one had', async () => {
    const urns = await make('early', BURST);
    await expect.poll(async () => [await waitingAt(a), await waitingAt(b)], PATIENCE).toEqual([1, 1]);
    const receipts = await burst(a, urns);
    expect(receipts.map(({ cold, nodes }) => [cold, nodes])).toEqual(urns.map(() => [true, undefined]));
    // a server keeps one more than its own largest burst, which a slow machine has in parts
    const areShared = async (): Promise<boolean> => {
      const [own, shared] = [await waitingAt(a), await waitingAt(b)];
      return own > 2 && shared === 1 + Math.ceil((own - 1) / 2);
    };
    await expect.poll(areShared, PATIENCE).toBe(true);
    const waiting = await waitingAt(b);
    const starts = await burst(b, await make('late', waiting));
    const prewarmed = starts.filter(({ cold, nodes, boot_ms }) => cold && nodes === undefined && boot_ms === 0).length;
    console.info(`of a burst of ${waiting} at the other server, ${prewarmed} had a prewarmed runtime`);
    // one would have it without the burst at the first server
    expect(prewarmed).toBeGreaterThan(1);
  });
});
