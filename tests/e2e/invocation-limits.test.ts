import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processesOf } from '../crash/leftovers.ts';
import { call, deploy, invoke, logLines, PATIENCE, request, runtimeOf, target, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';

const SOURCE = `exports.handler = async (event, context) => {
  const began = Date.now();
  if (event.n !== undefined) console.log('began ' + event.n);
  await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { began, ended: Date.now() };
};`;

/** Of the tests that need no limit of their own for the whole server. */
let shared: TestServer;
let server: TestServer;
let made = 0;
beforeAll(async () => {
  shared = await TestServer.start({ args: ['--max-wait', '30s'] });
});
afterAll(() => shared?.stop());
beforeEach(() => {
  server = shared;
});
afterEach(async () => {
  if (server !== shared) await server.stop();
});

/** A function that waits, on a server of its own where flags are given. */
async function start(args?: readonly string[]): Promise<string> {
  if (args !== undefined) server = await TestServer.start({ args });
  made += 1;
  const runtime = await runtimeOf(server, 'Node.js');
  return deploy(server, { name: `wait-${made}`, runtime, files: { 'index.js': SOURCE } });
}

const setMaxInstances = (urn: string, max: number) =>
  server.api.call('updateFunctionMaxInstanceConfig', { params: target(server, urn), body: { max_instance_num: max } });

const untilBegun = (urn: string, n: number) =>
  expect
    .poll(async () => (await logLines(server, urn)).map(({ message }) => message.trim()), PATIENCE)
    .toContain(`began ${n}`);

/** Most of these spans that overlap at one moment. */
function mostAtOnce(spans: readonly { began: number; ended: number }[]): number {
  return Math.max(...spans.map(({ began }) => spans.filter((one) => one.began <= began && began < one.ended).length));
}

describe('limits of concurrency', () => {
  it('five calls of a function with two instances all succeed, never more than two at once', async () => {
    const urn = await start();
    await setMaxInstances(urn, 2);
    const answers = await Promise.all(Array.from({ length: 5 }, () => invoke(server, urn, { ms: 2_000 })));
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(answers.map(({ receipt }) => receipt.instance_id)).size).toBe(2);
    expect(mostAtOnce(answers.map(({ json }) => json as unknown as { began: number; ended: number }))).toBe(2);
    expect(answers.filter(({ receipt }) => receipt.queue_ms > 1_500).length).toBeGreaterThanOrEqual(3);
  });

  it('a call that finds no instance in time is refused with the text of the contract, and recorded', async () => {
    const urn = await start(['--max-wait', '200ms']);
    await setMaxInstances(urn, 1);
    await invoke(server, urn, { ms: 0 });
    const long = invoke(server, urn, { n: 1, ms: 8_000 });
    await untilBegun(urn, 1);
    const refused = await call(server, urn, { ms: 0 });
    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject({
      error_code: 'FSS.0429',
      error_msg: 'Your request has been controlled by overload sdk, please retry later',
    });
    expect((await long).code).toBe(0);
    await expect
      .poll(async () => {
        const query = { outcome: 'throttled' };
        return (await server.api.call('listReceipts', { params: target(server, urn), query })).data.receipts.length;
      }, PATIENCE)
      .toBe(1);
  });

  it('the concurrency of the account is a limit over all functions', async () => {
    const urn = await start(['--account-concurrency', '2', '--max-wait', '1s']);
    const files = { 'index.js': SOURCE };
    const other = await deploy(server, { name: 'other', runtime: await runtimeOf(server, 'Node.js'), files });
    await Promise.all([invoke(server, urn, { ms: 0 }), invoke(server, other, { ms: 0 })]);
    const held = [urn, other].map((of) => invoke(server, of, { n: 1, ms: 8_000 }));
    await Promise.all([urn, other].map((of) => untilBegun(of, 1)));
    expect((await call(server, urn, { ms: 0 })).json).toMatchObject({
      error_code: 'FSS.0429',
      error_msg: 'Your request has been controlled by overload sdk, please retry later',
    });
    for (const answer of await Promise.all(held)) expect(answer.code).toBe(0);
    expect((await invoke(server, urn, { ms: 0 })).code).toBe(0);
  });

  it('a function with no instances is disabled, until it gets some', async () => {
    const urn = await start();
    await setMaxInstances(urn, 0);
    const refused = await call(server, urn);
    expect([refused.status, refused.json.error_code]).toEqual([429, 'FSS.0429']);
    await setMaxInstances(urn, -1);
    expect((await invoke(server, urn, { ms: 0 })).code).toBe(0);
  });
});

describe('instances', () => {
  it('that are idle go, with every process of theirs', async () => {
    const urn = await start(['--idle-timeout', '1s']);
    const { receipt } = await invoke(server, urn, { ms: 0 });
    expect(processesOf(receipt.instance_id)).not.toEqual([]);
    await expect.poll(() => processesOf(receipt.instance_id), PATIENCE).toEqual([]);
    const next = await invoke(server, urn, { ms: 0 });
    expect(next.receipt.instance_id).not.toBe(receipt.instance_id);
    expect(next.receipt.cold).toBe(true);
  });

  it('with old code answer no call that was sent after the update was answered', async () => {
    const urn = await start();
    const source = (version: number) => `exports.handler = async (event, context) => {
      await new Promise((resolve) => setTimeout(resolve, 20)); return 'v${version}'; };`;
    const update = (version: number) =>
      server.api.call('updateFunctionCode', {
        params: target(server, urn),
        body: {
          code_type: 'zip',
          code_filename: 'code.zip',
          func_code: { file: zipped({ 'index.js': source(version) }) },
        },
      });
    await update(1);
    let current = 1;
    let over = false;
    const wrong: string[] = [];
    let answered = 0;
    const caller = async (): Promise<void> => {
      while (!over) {
        const least = current;
        const { text } = await invoke(server, urn, {});
        answered += 1;
        if (!(Number(text.slice(1)) >= least)) wrong.push(`${text} after v${least}`);
      }
    };
    const callers = Promise.all([caller(), caller(), caller()]);
    for (let version = 2; version <= 6; version += 1) {
      const before = answered;
      await expect.poll(() => answered, PATIENCE).toBeGreaterThan(before + 6);
      await update(version);
      current = version;
    }
    const before = answered;
    await expect.poll(() => answered, PATIENCE).toBeGreaterThan(before + 6);
    over = true;
    await callers;
    expect(wrong).toEqual([]);
    expect((await invoke(server, urn, {})).text).toBe('v6');
  });

  it('see changed variables in every call after the update was answered', async () => {
    const source = "exports.handler = async (event, context) => process.env.COLOUR + context.getUserData('COLOUR');";
    const runtime = await runtimeOf(server, 'Node.js');
    const settings = { name: 'colour', runtime, files: { 'index.js': source }, userData: { COLOUR: 'red' } };
    const urn = await deploy(server, settings);
    expect((await invoke(server, urn)).text).toBe('redred');
    const answer = await request(server, {
      method: 'PUT',
      path: `/v2/${server.credentials.project_id}/fgs/functions/${urn}/config`,
      body: JSON.stringify({
        func_name: 'colour',
        runtime,
        handler: 'index.handler',
        timeout: 10,
        memory_size: 128,
        user_data: '{"COLOUR":"blue"}',
      }),
    });
    expect(answer.status).toBe(200);
    expect((await invoke(server, urn)).text).toBe('blueblue');
  });

  it('serve the calls of two functions apart from each other', async () => {
    const urn = await start();
    const source = 'exports.handler = async (event, context) => String((globalThis.n = (globalThis.n ?? 0) + 1));';
    const runtime = await runtimeOf(server, 'Node.js');
    const counters = await Promise.all(
      ['count-a', 'count-b'].map((name) => deploy(server, { name, runtime, files: { 'index.js': source } })),
    );
    for (const counter of counters) {
      for (const n of [1, 2, 3]) expect((await invoke(server, counter)).text).toBe(String(n));
    }
    expect((await invoke(server, urn, { ms: 0 })).code).toBe(0);
  });
});
