import { expect, it } from 'vitest';
import type { FakeFunction } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
const HOUR = 3_600_000;
type Target = { project_id: string; function_urn: string };

/** Answers with the version and alias that its instance was started for. */
function telling(starts: string[], waits: Map<string, () => void> = new Map()): FakeFunction {
  const instances = new WeakMap<object, string>();
  return {
    onInit(init, peer) {
      const { version, alias } = init.context;
      const text = `${version}/${alias}/${init.env.MARK ?? ''}`;
      instances.set(peer, text);
      starts.push(text);
      if (init.env.MARK !== 'broken') return true;
      peer.send({ type: 'failed', phase: 'init', code: 4009 }, '{"errorMessage":"is broken"}');
      return false;
    },
    async handler(event, _invoke, peer) {
      const name = event.toString();
      if (name.startsWith('hold')) await new Promise<void>((resolve) => waits.set(name, resolve));
      return instances.get(peer) ?? 'nothing';
    },
  };
}

async function open(starts: string[], waits?: Map<string, () => void>, accountConcurrency = 100) {
  const server = await FakeServer.start(telling(starts, waits), { accountConcurrency });
  const deployed = await server.deploy('hello');
  const base: Target = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
  const at = (qualifier: string): Target => ({ ...base, function_urn: `${base.function_urn}${qualifier}` });
  const { data: present } = await server.api.call('showFunctionConfig', { params: base });
  const { func_name, runtime, handler, timeout, memory_size } = present;
  const fixed = { func_name, runtime, handler, timeout, memory_size };
  return {
    server,
    base,
    at,
    mark: (text: string) =>
      server.api.call('updateFunctionConfig', {
        params: base,
        body: { ...fixed, user_data: JSON.stringify({ MARK: text }) },
      }),
    publish: (version: string) => server.api.call('createFunctionVersion', { params: base, body: { version } }),
    reserve: (qualifier: string, body: object) =>
      server.api.call('updateFunctionReservedInstancesCount', { params: at(qualifier), body: body as never }),
    states: async () => {
      const { data } = await server.api.call('showReservedInstances', { params: base });
      return data.reserved_instances;
    },
    invoke: async (qualifier: string, event = 'x') => {
      const body = new TextEncoder().encode(event);
      const { bytes, headers } = await server.api.bytes('invokeFunction', {
        params: at(qualifier),
        body,
        headers: { 'X-Cff-Log-Type': 'tail' },
      });
      const { receipt } = JSON.parse(headers.get('x-cff-invoke-summary') ?? '{}') as {
        receipt: { reserved: boolean; cold: boolean };
      };
      return { text: Buffer.from(bytes).toString(), ...receipt };
    },
  };
}

const settled = (states: () => Promise<readonly object[]>, ...expected: readonly object[]): Promise<void> =>
  expect.poll(() => states(), PATIENCE).toMatchObject(expected);

it('keeps the set number ready, serves from them first, and notes it in the receipt', async () => {
  const starts: string[] = [];
  const { server, reserve, states, invoke } = await open(starts);
  await using _closed = server;
  const { data } = await reserve('', { count: 2, idle_mode: true });
  expect(data).toEqual({ count: 2, idle_mode: true, tactics_config: { cron_configs: [], metric_configs: [] } });
  await settled(states, { qualifier_type: 'version', qualifier_name: 'latest', desired: 2, ready: 2, failing: null });
  expect(starts).toHaveLength(2);
  expect(await invoke('')).toMatchObject({ text: 'latest//', reserved: true, cold: false });
  const { data: gauges } = await server.api.call('showGauges', {});
  expect(gauges.instances).toMatchObject({ living: 2, reserved: 2 });
  await reserve('', { count: 0 });
  expect(await states()).toEqual([]);
  await expect.poll(() => server.driver.running.size, PATIENCE).toBe(0);
  expect(await invoke('')).toMatchObject({ reserved: false, cold: true });
});

it('replaces them after an update, lets the old one finish, and shows why a broken update has none', async () => {
  const starts: string[] = [];
  const waits = new Map<string, () => void>();
  const { server, reserve, states, invoke, mark } = await open(starts, waits);
  await using _closed = server;
  await reserve('', { count: 1 });
  await settled(states, { ready: 1 });
  const running = invoke('', 'hold 1');
  await expect.poll(() => waits.size, PATIENCE).toBe(1);
  await mark('two');
  await expect.poll(() => starts, PATIENCE).toEqual(['latest//', 'latest//two']);
  await settled(states, { ready: 1 });
  expect(await invoke('')).toMatchObject({ text: 'latest//two', reserved: true, cold: false });
  waits.get('hold 1')?.();
  expect((await running).text).toBe('latest//');
  await expect.poll(() => server.driver.running.size, PATIENCE).toBe(1);
  await mark('broken');
  await settled(states, { ready: 0, failing: { reason: 'init_failed: is broken', failures: 1 } });
  const tried = starts.length;
  server.clock.advance(500);
  expect(starts).toHaveLength(tried);
  await mark('three');
  await settled(states, { ready: 1, failing: null });
});

it('moves those of an alias with it, and serves calls through the alias only', async () => {
  const starts: string[] = [];
  const { server, base, reserve, states, invoke, mark, publish } = await open(starts);
  await using _closed = server;
  for (const name of ['v1', 'v2']) {
    await mark(name);
    await publish(name);
  }
  await server.api.call('createVersionAlias', { params: base, body: { name: 'live', version: 'v1' } });
  await reserve(':!live', { count: 1 });
  await settled(states, { qualifier_type: 'alias', qualifier_name: 'live', ready: 1 });
  expect(await invoke(':!live')).toMatchObject({ text: 'v1/live/v1', reserved: true });
  expect(await invoke(':v1')).toMatchObject({ text: 'v1//v1', reserved: false });
  await server.api.call('updateVersionAlias', { params: { ...base, alias_name: 'live' }, body: { version: 'v2' } });
  await expect.poll(() => starts.at(-1), PATIENCE).toBe('v2/live/v2');
  await settled(states, { ready: 1 });
  expect(await invoke(':!live')).toMatchObject({ text: 'v2/live/v2', reserved: true });

  await reserve(':v1', { count: 1 });
  const moved = server.api.call('updateVersionAlias', {
    params: { ...base, alias_name: 'live' },
    body: { version: 'v1' },
  });
  await expect(moved).rejects.toMatchObject({ code: 'FSS.1026' });
  await expect(reserve(':v2', { count: 1 })).rejects.toMatchObject({
    code: 'FSS.1026',
    message: expect.stringContaining('alias live and version v2'),
  });
  await server.api.call('deleteVersionAlias', { params: { ...base, alias_name: 'live' } });
  await settled(states, { qualifier_name: 'v1', ready: 1 });
  await server.api.call('deleteFunction', { params: { ...base, function_urn: `${base.function_urn}:v1` } });
  expect(await states()).toEqual([]);
  await reserve(':v2', { count: 1 });
  await settled(states, { qualifier_name: 'v2', ready: 1 });
  await server.api.call('deleteFunction', { params: base });
  await expect.poll(() => server.driver.running.size, PATIENCE).toBe(0);
});

it('follows the clock of its policies and falls back to the base when the window is over', async () => {
  const starts: string[] = [];
  const { server, reserve, states } = await open(starts);
  await using _closed = server;
  const seconds = (hours: number) => (Date.UTC(2026, 0, 1) + hours * HOUR) / 1000;
  // the clock of the test starts at midnight
  const policy = (name: string, cron: string, count: number, until: number) => ({
    name,
    cron,
    count,
    start_time: seconds(1),
    expired_time: seconds(until),
  });
  const cron_configs = [policy('morning', '0 0 8 * * ?', 4, 30), policy('evening', '0 0 20 * *', 2, 30)];
  await reserve('', { count: 1, tactics_config: { cron_configs } });
  const walk = async (toHour: number, expected: object): Promise<void> => {
    const target = Date.UTC(2026, 0, 1) + toHour * HOUR;
    // in steps, as time passes: starting instances need the event loop in between
    while (server.clock.now() < target) {
      server.clock.advance(Math.min(HOUR, target - server.clock.now()));
      await new Promise(setImmediate);
    }
    await settled(states, expected);
  };
  await settled(states, { desired: 1, ready: 1 });
  await walk(7.99, { desired: 1, ready: 1 });
  await walk(8, { desired: 4, ready: 4 });
  await walk(20, { desired: 2, ready: 2 });
  await walk(29.9, { desired: 2, ready: 2 });
  await walk(30, { desired: 1, ready: 1 });
  await expect.poll(() => server.driver.running.size, PATIENCE).toBe(1);
});

it('follows the calls with a policy by metric, and cools down for five minutes', async () => {
  const waits = new Map<string, () => void>();
  const { server, reserve, states, invoke } = await open([], waits);
  await using _closed = server;
  const metric_configs = [{ name: 'busy', type: 'Concurrency', threshold: 50, min: 1 }];
  await reserve('', { count: 0, tactics_config: { metric_configs } });
  await settled(states, { min_count: 0, desired: 1, ready: 1 });
  const calls = ['hold 1', 'hold 2', 'hold 3'].map((event) => invoke('', event));
  await expect.poll(() => waits.size, PATIENCE).toBe(3);
  server.clock.advance(10_000);
  await settled(states, { desired: 6, ready: 6 });
  for (const end of waits.values()) end();
  await Promise.all(calls);
  server.clock.advance(4 * 60_000);
  await settled(states, { desired: 6 });
  server.clock.advance(80_000);
  await settled(states, { desired: 1, ready: 1 });
});

it('leaves the instances that others reserve alone when calls need more', async () => {
  const waits = new Map<string, () => void>();
  const { server, reserve, states, invoke, publish } = await open([], waits, 10);
  await using _closed = server;
  await publish('v1');
  await reserve(':v1', { count: 4 });
  await reserve('', { count: 1, tactics_config: { metric_configs: [{ name: 'busy', threshold: 10, min: 0 }] } });
  const call = invoke('', 'hold 1');
  await expect.poll(() => waits.size, PATIENCE).toBe(1);
  server.clock.advance(10_000);
  // 90 % of 10 are 9
  await settled(states, { qualifier_name: 'latest', desired: 5 }, { qualifier_name: 'v1', desired: 4 });
  waits.get('hold 1')?.();
  await call;
});

it('keeps its place in the account for a reserved function while others use all of the rest', async () => {
  const starts: string[] = [];
  const waits = new Map<string, () => void>();
  const { server, reserve, states, invoke } = await open(starts, waits, 4);
  await using _closed = server;
  const other = await server.deploy('other');
  await reserve('', { count: 1 });
  await settled(states, { ready: 1 });
  const calls = ['hold 1', 'hold 2', 'hold 3', 'hold 4'].map((name) =>
    server.api.bytes('invokeFunction', { params: other, body: new TextEncoder().encode(name) }),
  );
  await expect.poll(() => waits.size, PATIENCE).toBe(3);
  const account = async () => (await server.api.call('showGauges', {})).data.account;
  await expect.poll(account, PATIENCE).toEqual({ waiting: 1 });
  expect(await invoke('')).toMatchObject({ reserved: true });
  waits.get('hold 1')?.();
  await expect.poll(() => waits.size, PATIENCE).toBe(4);
  for (const end of waits.values()) end();
  await Promise.all(calls);
});
