import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { processesOf } from '../crash/leftovers.ts';
import { call, deploy, invoke, PATIENCE, project, receiptOf, runtimeOf, target, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';

/** Uses some of the processor between requests, and says when its instance was made and initialised. */
const NODE = `const made = Date.now();
setInterval(() => { const end = Date.now() + 1; while (Date.now() < end); }, 10);
let initialised = false;
exports.init = (context, done) => { initialised = true; done(null); };
exports.handler = async (event, context) => {
  if (event.die) process.exit(7);
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { made, initialised, mark: process.env.MARK ?? '' };
};`;

const PYTHON = `import os, time
made = time.time()
initialised = False
def init(context):
    global initialised
    initialised = True
def handler(event, context):
    if event.get('die'):
        os._exit(7)
    return {'made': made, 'initialised': initialised}
`;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ args: ['--idle-timeout', '1s'] });
});
afterAll(() => server?.stop());

/** The next test counts the instances of the server. */
afterEach(async () => {
  const { data } = await server.api.call('listFunctions', { params: project(server) });
  for (const { func_urn: urn } of data.functions) {
    await server.api.call('deleteFunction', { params: target(server, urn.replace(/:latest$/, '')) });
  }
  await vi.waitFor(async () => expect((await gauges()).living).toBe(0), PATIENCE);
});

async function start(family: 'Node.js' | 'Python' = 'Node.js'): Promise<string> {
  return deploy(server, {
    name: 'kept',
    runtime: await runtimeOf(server, family),
    files: family === 'Node.js' ? { 'index.js': NODE } : { 'index.py': PYTHON },
    initializer: 'index.init',
  });
}

const reserve = (urn: string, body: { count: number; idle_mode?: boolean; tactics_config?: object }) =>
  server.api.call('updateFunctionReservedInstancesCount', { params: target(server, urn), body });

async function state(
  urn: string,
): Promise<{ desired: number; ready: number; failing: { reason: string; failures: number } | null } | undefined> {
  const { data } = await server.api.call('showReservedInstances', { params: target(server, urn) });
  return data.reserved_instances[0];
}

const ready = (urn: string, count: number): Promise<void> =>
  expect.poll(() => state(urn), PATIENCE).toMatchObject({ ready: count, failing: null });
const gauges = async () => (await server.api.call('showGauges', {})).data.instances;

/** Hundredths of a second of processor time that all processes of an instance have used. */
function cpuTicksOf(instanceId: string): number {
  return processesOf(instanceId).reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return sum + Number(fields[11]) + Number(fields[12]);
  }, 0);
}

describe('reserved instances', () => {
  it.each(['Node.js', 'Python'] as const)(
    'of %s are loaded and initialised before the first call, outlive the idle time, and are remade when killed',
    async (family) => {
      const urn = await start(family);
      await reserve(urn, { count: 2 });
      await ready(urn, 2);
      const before = Date.now();
      const first = await invoke(server, urn);
      expect(first.receipt).toMatchObject({ reserved: true, cold: false, init_ms: 0 });
      expect(first.json).toMatchObject({ initialised: true });
      const made = Number(first.json.made) * (family === 'Python' ? 1000 : 1);
      expect(made).toBeLessThan(before);
      expect(await receiptOf(server, first.requestId).then((found) => found?.reserved ?? true)).toBe(true);
      // one on demand goes after a second; the reserved ones are still there
      const burst = await Promise.all(Array.from({ length: 6 }, () => invoke(server, urn)));
      expect(burst.some(({ receipt }) => receipt.reserved)).toBe(true);
      await expect.poll(async () => (await gauges()).living, PATIENCE).toBe(2);
      expect(await state(urn)).toMatchObject({ desired: 2, ready: 2 });

      const { instance_id } = (await invoke(server, urn)).receipt;
      // the others die with the first
      process.kill(Number(processesOf(instance_id)[0]), 'SIGKILL');
      await expect.poll(() => processesOf(instance_id), PATIENCE).toEqual([]);
      await ready(urn, 2);
      await invoke(server, urn, { die: true });
      await ready(urn, 2);
      const after = await Promise.all([invoke(server, urn), invoke(server, urn)]);
      for (const { receipt } of after) {
        expect(receipt.outcome).toBe('ok');
        expect(receipt.instance_id).not.toBe(instance_id);
      }
    },
  );

  it('use no processor between requests in idle mode, and do without it', async () => {
    const urn = await start();
    await reserve(urn, { count: 1, idle_mode: true });
    await ready(urn, 1);
    await expect.poll(async () => (await gauges()).frozen, PATIENCE).toBe(1);
    const { instance_id } = (await invoke(server, urn)).receipt;
    await expect.poll(async () => (await gauges()).frozen, PATIENCE).toBe(1);
    const asleep = cpuTicksOf(instance_id);
    // a while in which one that runs would use some
    for (let n = 0; n < 100; n += 1) await gauges();
    expect(cpuTicksOf(instance_id)).toBe(asleep);
    await reserve(urn, { count: 1, idle_mode: false });
    const woken = cpuTicksOf(instance_id);
    // about ten in a second: one that is frozen after two seconds never comes so far
    await expect.poll(() => cpuTicksOf(instance_id), PATIENCE).toBeGreaterThan(woken + 50);
    expect((await gauges()).frozen).toBe(0);
  });

  it('become more while many calls run at once, with a policy by metric', async () => {
    const urn = await start();
    const metric_configs = [{ name: 'busy', type: 'Concurrency', threshold: 60, min: 1 }];
    await reserve(urn, { count: 0, tactics_config: { metric_configs } });
    await ready(urn, 1);
    await Promise.all(Array.from({ length: 3 }, () => invoke(server, urn, { ms: 3_000 })));
    await ready(urn, 5);
    expect((await invoke(server, urn)).receipt).toMatchObject({ reserved: true, cold: false });
  });

  it('come back after a restart, and after the server was killed', async () => {
    const urn = await start();
    const { stdout } = await server.fgs(['reserved', 'set', 'kept', '--count', '2', '--idle']);
    expect(stdout.toString()).toBe('kept: 2 reserved, idle mode\n');
    await ready(urn, 2);
    await server.restart();
    await ready(urn, 2);
    expect((await invoke(server, urn)).receipt).toMatchObject({ reserved: true, cold: false });
    await server.kill('SIGKILL');
    await server.restart();
    await ready(urn, 2);
    const shown = await server.fgs(['reserved', 'show', 'kept']);
    expect(shown.stdout.toString()).toMatch(/version +latest +2 +2 +2 +0 +on/);
    expect((await server.fgs(['reserved', 'list'])).stdout.toString()).toMatch(/:kept +version +latest +2 +on/);
  });

  it('are replaced after an update of code and configuration while calls go on', async () => {
    const urn = await start();
    await reserve(urn, { count: 2 });
    await ready(urn, 2);
    const runtime = await runtimeOf(server, 'Node.js');
    const long = invoke(server, urn, { ms: 8_000 });
    await expect.poll(async () => (await gauges()).idle, PATIENCE).toBe(1);
    const fixed = { func_name: 'kept', runtime, handler: 'index.handler', timeout: 10, memory_size: 128 };
    await server.api.call('updateFunctionConfig', {
      params: target(server, urn),
      body: { ...fixed, user_data: '{"MARK":"two"}', initializer_handler: 'index.init', initializer_timeout: 10 },
    });
    await ready(urn, 2);
    const fresh = await invoke(server, urn);
    expect(fresh.json).toMatchObject({ mark: 'two', initialised: true });
    expect(fresh.receipt).toMatchObject({ reserved: true, cold: false });
    expect((await long).json).toMatchObject({ mark: '' });
    await expect.poll(async () => (await gauges()).living, PATIENCE).toBe(2);
  });

  it('that cannot start say why, are not tried in a hot loop, and come when the code is mended', async () => {
    const urn = await start();
    const broken = `exports.init = (context, done) => done(new Error('no licence here'));\nexports.handler = async (event, context) => 'x';`;
    const update = (source: string) =>
      server.api.call('updateFunctionCode', {
        params: target(server, urn),
        body: { code_type: 'zip', code_filename: 'code.zip', func_code: { file: zipped({ 'index.js': source }) } },
      });
    await update(broken);
    await reserve(urn, { count: 2 });
    const began = performance.now();
    const failing = async () => (await state(urn))?.failing;
    await expect.poll(async () => (await failing())?.failures ?? 0, PATIENCE).toBeGreaterThanOrEqual(2);
    const { reason, failures } = (await failing()) ?? { reason: '', failures: 0 };
    expect(reason).toContain('no licence here');
    // two instances start at once, and then wait a second and more
    expect(failures).toBeLessThanOrEqual(2 * (2 + (performance.now() - began) / 1000));
    expect((await gauges()).living).toBe(0);
    await update(NODE);
    await ready(urn, 2);
    expect((await state(urn))?.failing).toBeNull();
  });

  it('of an alias serve its main version and move with it; nothing is left when all is gone', async () => {
    const urn = await start();
    const publish = (version: string) =>
      server.api.call('createFunctionVersion', { params: target(server, urn), body: { version } });
    await publish('v1');
    await server.api.call('createVersionAlias', { params: target(server, urn), body: { name: 'live', version: 'v1' } });
    await reserve(`${urn}:!live`, { count: 1 });
    await ready(urn, 1);
    const live = await invoke(server, `${urn}:!live`);
    expect(live.receipt).toMatchObject({ reserved: true, alias: 'live', version: 'v1' });
    expect((await invoke(server, `${urn}:v1`)).receipt.reserved).toBe(false);
    await server.api.call('updateVersionAlias', {
      params: { ...target(server, urn), alias_name: 'live' },
      body: { version: 'latest' },
    });
    await expect
      .poll(async () => (await invoke(server, `${urn}:!live`)).receipt, PATIENCE)
      .toMatchObject({ reserved: true, version: 'latest' });
    await server.api.call('deleteFunction', { params: target(server, urn) });
    await expect.poll(async () => (await gauges()).living, PATIENCE).toBe(0);
    await expect.poll(() => processesOf(live.receipt.instance_id), PATIENCE).toEqual([]);
    expect((await call(server, urn)).status).toBe(404);
  });
});
