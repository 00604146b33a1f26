import { afterEach, describe, expect, it } from 'vitest';
import { processesOf } from '../crash/leftovers.ts';
import { asyncInvocations, call, deploy, enqueue, invoke, PATIENCE, runtimeOf, target, zipped } from '../functions.ts';
import { TestServer, type TestServerOptions } from '../server.ts';

const SOURCE = `exports.handler = async (event, context) => {
  if (event.mb) globalThis.kept = Buffer.alloc(event.mb << 20, 1);
  await new Promise((resolve) => setTimeout(resolve, event.ms ?? 0));
  return { ended: Date.now() };
};`;
const REFUSAL = {
  error_code: 'FSS.0429',
  error_msg: 'Your request has been controlled by overload sdk, please retry later',
};

let server: TestServer;
afterEach(() => server?.stop());

async function start(names: readonly string[], options: TestServerOptions = {}): Promise<string[]> {
  server = await TestServer.start(options);
  const runtime = await runtimeOf(server, 'Node.js');
  return Promise.all(
    names.map((name) => deploy(server, { name, runtime, timeout: 60, files: { 'index.js': SOURCE } })),
  );
}

const gauges = async () => (await server.api.call('showGauges', {})).data;
const setMaxInstances = (urn: string, max: number) =>
  server.api.call('updateFunctionMaxInstanceConfig', { params: target(server, urn), body: { max_instance_num: max } });

/** A burst whose answers are noted as they come, and when its calls ended by the clock of the functions. */
function burst(urn: string, count: number, event: object) {
  const state = { answered: 0, ends: [] as number[], all: Promise.resolve<number[]>([]) };
  const one = async (): Promise<number> => {
    const { status, json } = await call(server, urn, event);
    state.answered += 1;
    state.ends.push(Number(json.ended));
    return status;
  };
  state.all = Promise.all(Array.from({ length: count }, one));
  return state;
}

describe('a burst of two hundred calls of one function', () => {
  it('is answered in full and holds up no call of another, at the limit of the account', async () => {
    const [a = '', b = ''] = await start(['a', 'b'], { args: ['--account-concurrency', '8', '--max-wait', '120s'] });
    await Promise.all([invoke(server, a), invoke(server, b)]);
    const many = burst(a, 200, { ms: 200 });
    await expect.poll(async () => (await gauges()).account.waiting, PATIENCE).toBeGreaterThan(100);
    const one = await invoke(server, b);
    expect(one.code).toBe(0);
    expect(new Set(await many.all)).toEqual(new Set([200]));
    // fair turns let it in after those that ran; the rest of the burst still waited
    expect(many.ends.filter((ended) => ended > Number(one.json.ended)).length).toBeGreaterThan(50);
  });

  it('leaves memory to a call of another that has no instance yet', async () => {
    const args = ['--account-concurrency', '500', '--memory-budget', '512MB', '--max-wait', '120s'];
    const [a = '', b = ''] = await start(['a', 'b'], { args });
    const many = burst(a, 200, { ms: 200 });
    await expect.poll(() => many.answered, PATIENCE).toBeGreaterThan(10);
    expect((await gauges()).instances.promised_memory_mb).toBeLessThanOrEqual(512);
    const one = await invoke(server, b);
    expect([one.code, one.receipt.cold]).toEqual([0, true]);
    expect(new Set(await many.all)).toEqual(new Set([200]));
    expect(many.ends.some((ended) => ended > Number(one.json.ended))).toBe(true);
  });
});

describe('a flood of slow calls of one function', () => {
  it('never has a quick call of another refused, at the limit of the account and of the memory', async () => {
    const args = ['--account-concurrency', '20', '--memory-budget', '1536MB', '--max-wait', '2s'];
    const [slow = '', quick = ''] = await start(['slow', 'quick'], { args });
    const many = burst(slow, 60, { ms: 9_000 });
    await expect.poll(async () => (await gauges()).account.waiting, PATIENCE).toBeGreaterThan(5);
    let calls = 0;
    while (many.answered < 60 && calls < 20) {
      const { status, json } = await call(server, quick, {});
      expect([status, json]).toEqual([200, expect.objectContaining({ ended: expect.any(Number) })]);
      calls += 1;
    }
    expect(calls).toBeGreaterThan(3);
    expect(await many.all).toContain(429);
  });
});

describe('the wait for an instance', () => {
  it('is bounded at the limit of the account, and reports what it waited for', async () => {
    const [a = '', b = ''] = await start(['a', 'b'], { args: ['--account-concurrency', '2', '--max-wait', '2s'] });
    await Promise.all([invoke(server, a), invoke(server, b)]);
    const held = [invoke(server, a, { ms: 8_000 }), invoke(server, a, { ms: 8_000 })];
    const refused = async () => (await call(server, b)).json;
    await expect.poll(refused, PATIENCE).toMatchObject({ ...REFUSAL, hint: expect.stringContaining('2 invocations') });
    for (const answer of await Promise.all(held)) expect(answer.code).toBe(0);
    expect((await invoke(server, b)).code).toBe(0);
  });

  it('is bounded when the memory budget is in use, which the refusal names', async () => {
    const [a = '', b = ''] = await start(['a', 'b'], { args: ['--memory-budget', '128MB', '--max-wait', '1s'] });
    await invoke(server, a);
    const held = invoke(server, a, { ms: 6_000 });
    const refused = async () => (await call(server, b)).json;
    await expect.poll(refused, PATIENCE).toMatchObject({ ...REFUSAL, hint: expect.stringContaining('memory budget') });
    expect((await held).code).toBe(0);
    expect((await invoke(server, b)).code).toBe(0);
  });

  it('is bounded at the instances of the function, which the refusal names: 1, 0 and none', async () => {
    const [a = ''] = await start(['a'], { args: ['--max-wait', '1s'] });
    await setMaxInstances(a, 1);
    await invoke(server, a);
    const held = invoke(server, a, { ms: 6_000 });
    const refused = async () => (await call(server, a)).json;
    await expect
      .poll(refused, PATIENCE)
      .toMatchObject({ ...REFUSAL, hint: expect.stringContaining('has 1 instances, as many as it may have') });
    expect((await held).code).toBe(0);
    await setMaxInstances(a, 0);
    expect(await refused()).toMatchObject({ ...REFUSAL, hint: expect.stringContaining('disabled') });
    await setMaxInstances(a, -1);
    const answers = await Promise.all(Array.from({ length: 12 }, () => invoke(server, a, { ms: 1_500 })));
    expect(new Set(answers.map(({ receipt }) => receipt.instance_id)).size).toBeGreaterThan(1);
  });
});

describe('memory', () => {
  it('of frozen instances counts as it is measured, and the longest idle go when others need it', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const urns = await start(names, { args: ['--memory-budget', '256MB', '--idle-timeout', '10m'] });
    const ids: string[] = [];
    for (const [n, urn] of urns.entries()) {
      ids.push((await invoke(server, urn, n === 1 ? { mb: 40 } : {})).receipt.instance_id);
      await expect
        .poll(async () => (await gauges()).instances.frozen, PATIENCE)
        .toBe((await gauges()).instances.living);
    }
    const { instances } = await gauges();
    // six limits of 128 MB would not fit; each frozen instance uses a few MB
    expect(instances.living).toBeGreaterThan(2);
    expect(instances.promised_memory_mb).toBeLessThanOrEqual(256);
    // they run until both have their memory, however long a start takes
    const held = await Promise.all(
      urns.slice(4).map(async (urn) => ({ urn, id: await enqueue(server, urn, { ms: 55_000 }) })),
    );
    await expect.poll(() => processesOf(ids[1] ?? ''), PATIENCE).toEqual([]);
    for (const { urn, id } of held) {
      const status = async () => (await asyncInvocations(server, urn, { request_id: id }))[0]?.status;
      await expect.poll(status, PATIENCE).toBe('RUNNING');
      await server.api.call('cancelAsyncInvocation', {
        params: target(server, urn),
        body: { request_id: id, type: 'force' },
      });
    }
  });
});

describe('instances drain', () => {
  it('on update, publish, delete and shutdown: what runs is answered, nothing of it is left', async () => {
    const [a = '', b = ''] = await start(['a', 'b']);
    const update = (source: string) =>
      server.api.call('updateFunctionCode', {
        params: target(server, a),
        body: { code_type: 'zip', code_filename: 'code.zip', func_code: { file: zipped({ 'index.js': source }) } },
      });
    const running = async (urn: string, count: number, ms: number) => {
      const calls = Array.from({ length: count }, () => invoke(server, urn, { ms }));
      await expect
        .poll(async () => {
          const { living, idle } = (await gauges()).instances;
          return living - idle;
        }, PATIENCE)
        .toBeGreaterThanOrEqual(count);
      return calls;
    };
    const old = await running(a, 2, 3_000);
    await update(`${SOURCE}// changed`);
    const ids = (await Promise.all(old)).map(({ code, receipt }) => {
      expect(code).toBe(0);
      return receipt.instance_id;
    });
    for (const id of ids) await expect.poll(() => processesOf(id), PATIENCE).toEqual([]);

    const published = await running(a, 1, 2_000);
    await server.api.call('createFunctionVersion', { params: target(server, a), body: { version: 'v1' } });
    for (const answer of await Promise.all(published)) expect(answer.code).toBe(0);

    const deleted = await running(a, 1, 2_000);
    await server.api.call('deleteFunction', { params: target(server, a) });
    for (const { code, receipt } of await Promise.all(deleted)) {
      expect(code).toBe(0);
      await expect.poll(() => processesOf(receipt.instance_id), PATIENCE).toEqual([]);
    }

    const last = await running(b, 2, 2_000);
    const [answers] = await Promise.all([Promise.all(last), server.kill('SIGTERM')]);
    for (const { code, receipt } of answers) {
      expect(code).toBe(0);
      expect(processesOf(receipt.instance_id)).toEqual([]);
    }
  });
});
