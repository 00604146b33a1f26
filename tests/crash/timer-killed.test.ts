import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

const ROUNDS = 4;
const TICKS_A_ROUND = 3;
/** Of a tick more than a minute late. */
const LEFT_OUT = 'ticks of a timer are left out: they are too late';

let server: TestServer;
let urn: string;
let folder: string;

interface Run {
  /** Ms since the epoch: when the tick was planned. */
  readonly tick: number;
  readonly requestId: string;
}

/** What ran, as the function noted it. */
function runs(): Run[] {
  const file = join(folder, 'ran');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [time = '', requestId = ''] = line.split(' ');
    return { tick: Date.parse(time), requestId };
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-ticks-'));
  chmodSync(folder, 0o777);
  // Without isolation a function can keep the account outside of everything that is killed.
  server = await TestServer.start({ args: ['--sandbox', 'process'] });
  const source = `exports.handler = async (event, context) => {
    require('node:fs').appendFileSync(${JSON.stringify(join(folder, 'ran'))}, event.time + ' ' + context.getRequestID() + '\\n');
    return 'done';
  };`;
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'ticking', runtime, files: { 'index.js': source } });
  const event_data = { name: 'every_second', schedule_type: 'Cron', schedule: '@every 1s' };
  await server.api.call('createFunctionTrigger', {
    params: target(server, urn),
    body: { trigger_type_code: 'TIMER', event_data },
  });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('a timer goes on after each kill of the server, no tick is lost, and none is stored twice', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = runs().length;
    await expect.poll(() => runs().length, { ...PATIENCE, interval: 7 }).toBeGreaterThanOrEqual(before + TICKS_A_ROUND);
    await server.kill('SIGKILL');
    const killedAt = Date.now();
    await server.restart();
    await expect.poll(() => runs().some(({ tick }) => tick > killedAt), PATIENCE).toBe(true);
  }
  const { data } = await server.api.call('listFunctionTriggers', { params: target(server, urn) });
  const [trigger] = data;
  await server.api.call('updateTrigger', {
    params: { ...target(server, urn), trigger_type_code: 'TIMER', trigger_id: trigger?.trigger_id ?? '' },
    body: { trigger_status: 'DISABLED' },
  });
  const open = async (): Promise<string[]> =>
    (await asyncInvocations(server, urn)).filter((one) => /WAIT|RUNNING/.test(one.status)).map((one) => one.request_id);
  await expect.poll(open, PATIENCE).toEqual([]);

  const stored = await asyncInvocations(server, urn);
  const ran = runs();
  expect(stored.length).toBeGreaterThanOrEqual(ROUNDS * TICKS_A_ROUND);
  expect(stored.filter((one) => one.status !== 'SUCCESS')).toEqual([]);
  const idsThatRan = new Set(ran.map(({ requestId }) => requestId));
  expect(stored.filter((one) => !idsThatRan.has(one.request_id))).toEqual([]);

  // a run that was killed comes again under its own id; a tick that was stored twice would have two
  const idsOfTick = new Map<number, Set<string>>();
  for (const { tick, requestId } of ran) {
    idsOfTick.set(tick, (idsOfTick.get(tick) ?? new Set<string>()).add(requestId));
  }
  expect([...idsOfTick].filter(([, ids]) => ids.size > 1)).toEqual([]);
  expect(idsOfTick.size).toBe(stored.length);

  const ticks = [...idsOfTick.keys()].sort((a, b) => a - b);
  const steps = ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? 0));
  // the ticks of a time without a server come late, on a busy machine not all of them
  if (!server.log.includes(LEFT_OUT)) expect(steps.filter((step) => step !== 1000)).toEqual([]);

  const settled = runs().length;
  await server.restart();
  expect(await open()).toEqual([]);
  expect(runs()).toHaveLength(settled);
});
