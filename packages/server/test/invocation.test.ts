import { type BytesOutput, createClient } from '@funcgraph/api';
import { expect, it } from 'vitest';
import { type FakeFunction, HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
type Target = { project_id: string; function_urn: string };

/** Acts by the event's instructions, as the runtime of a hostile function could. */
const behaviour = (seen: string[] = []): FakeFunction => ({
  handler(event, invoke, peer) {
    const wish = event.toString();
    seen.push(wish);
    switch (wish) {
      case 'hang':
        return HANG;
      case 'fail':
        throw new Error('asked to fail');
      case 'garbage':
        peer.sendRaw(Buffer.from('\u0000\u0000\u0000\u0005\u0000\u0000\u0000\u0000hello', 'latin1'));
        return HANG;
      case 'huge frame':
        peer.sendRaw(Buffer.from('7fffffff00000000', 'hex'));
        return HANG;
      case 'result of another':
        peer.send({ type: 'result', requestId: 'not-mine', code: 0 }, 'stolen');
        return HANG;
      case 'two results':
        peer.send({ type: 'result', requestId: invoke.requestId, code: 0 }, 'first');
        peer.send({ type: 'result', requestId: invoke.requestId, code: 0 }, 'second');
        return HANG;
      case 'second hello':
        peer.send({ type: 'hello', protocol: 1, runtime: 'again' });
        return HANG;
      case 'unasked initializing':
        peer.send({ type: 'initializing' });
        return HANG;
      case 'memory':
        peer.exhaustMemory(128 << 20);
        return HANG;
      case 'tmp':
        peer.fillTmp();
        return HANG;
      case 'crash':
        peer.crash();
        return HANG;
      default:
        return `got ${wish}`;
    }
  },
});

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function invoke(
  server: FakeServer,
  target: Target,
  event: string,
): Promise<BytesOutput & { code: string; text: string }> {
  const output = await server.api.bytes('invokeFunction', { params: target, body: bytes(event) });
  const code = output.headers.get('x-func-err-code') ?? '';
  return { ...output, code, text: Buffer.from(output.bytes).toString() };
}

/** Lets time pass until `done` returns true: timers are set while requests travel, so one step would not reach them. */
async function passTime(server: FakeServer, stepMs: number, done: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      server.clock.advance(stepMs);
      return done();
    }, PATIENCE)
    .toBe(true);
}

it('an instance that breaks the protocol is cut off, and the next call gets another', async () => {
  await using server = await FakeServer.start(behaviour());
  const target = await server.deploy('hostile');
  const wishes = ['garbage', 'huge frame', 'result of another', 'second hello', 'unasked initializing'];
  for (const wish of wishes) {
    await expect(invoke(server, target, wish), wish).rejects.toMatchObject({ status: 500 });
    expect((await invoke(server, target, 'hello')).text).toBe('got hello');
  }
  expect((await invoke(server, target, 'two results')).text).toBe('first');
  expect((await invoke(server, target, 'hello')).text).toBe('got hello');
  expect(server.driver.started.length).toBeGreaterThan(wishes.length);
});

it('each way to end has its code', async () => {
  await using server = await FakeServer.start(behaviour());
  const target = await server.deploy('ends');
  for (const [wish, code] of [
    ['memory', '4205'],
    ['tmp', '4207'],
    ['crash', '4002'],
    ['fail', '4002'],
  ] as const) {
    expect((await invoke(server, target, wish)).code, wish).toBe(code);
  }
});

it('a call that hangs ends with its timeout, not before', async () => {
  await using server = await FakeServer.start(behaviour());
  const target = await server.deploy('slow');
  await invoke(server, target, 'warm');
  let ended: string | undefined;
  const call = invoke(server, target, 'hang').then(({ code }) => {
    ended = code;
  });
  const started = server.clock.now();
  await passTime(server, 100, async () => ended !== undefined);
  await call;
  expect(ended).toBe('4010');
  expect(server.clock.now() - started).toBeGreaterThanOrEqual(10_000);
});

it('an idle instance is kept for its time and then released', async () => {
  await using server = await FakeServer.start(behaviour(), { idleMs: 60_000 });
  const target = await server.deploy('idle');
  await invoke(server, target, 'warm');
  for (let seconds = 0; seconds < 55; seconds += 1) server.clock.advance(1_000);
  expect(server.driver.running.size).toBe(1);
  await passTime(server, 1_000, async () => server.driver.running.size === 0);
});

it('retries of an asynchronous invocation wait longer each time, and end with its number', async () => {
  const seen: string[] = [];
  const attempts: number[] = [];
  const { handler } = behaviour(seen);
  const noting: FakeFunction = {
    handler(...call) {
      attempts.push(server.clock.now());
      return handler(...call);
    },
  };
  await using server = await FakeServer.start(noting, { idleMs: 3_600_000 });
  const target = await server.deploy('retried');
  const config = { max_async_retry_attempts: 3, max_async_event_age_in_seconds: 3600 };
  await server.api.call('updateFunctionAsyncInvokeConfig', { params: target, body: config });
  const { data } = await server.api.call('asyncInvokeFunction', { params: target, body: bytes('fail') });

  const status = async (): Promise<string | undefined> => {
    const query = { request_id: data.request_id };
    return (await server.api.call('listAsyncInvocations', { params: target, query })).data.invocations[0]?.status;
  };
  await passTime(server, 300, async () => (await status()) === 'FAIL');
  expect(seen).toEqual(['fail', 'fail', 'fail', 'fail']);
  const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(waits[0]).toBeGreaterThanOrEqual(900);
  expect(waits[1]).toBeGreaterThanOrEqual(4_900);
  expect(waits[2]).toBeGreaterThanOrEqual(24_900);
});

it('lists asynchronous invocations by offset, with the number of all pages', async () => {
  await using server = await FakeServer.start(behaviour());
  const target = await server.deploy('listed');
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    ids.unshift((await server.api.call('asyncInvokeFunction', { params: target, body: bytes('x') })).data.request_id);
  }
  // the time of the list ends before now
  server.clock.advance(1_000);
  const page = async (query: object) => {
    const { data } = await server.api.call('listAsyncInvocations', { params: target, query });
    return [data.invocations.map(({ request_id }) => request_id), data.count, data.next_marker];
  };
  expect(await page({ limit: '2' })).toEqual([ids.slice(0, 2), 3, '2']);
  expect(await page({ limit: '2', marker: '2' })).toEqual([ids.slice(2), 3, undefined]);
  expect(await page({ marker: '3' })).toEqual([[], 3, undefined]);
  await expect(page({ marker: '10001' })).rejects.toMatchObject({ status: 400, code: 'FSS.0400' });
});

it('a token ends after a day', async () => {
  await using server = await FakeServer.start(behaviour());
  const { name, password } = server.user;
  const identity = { methods: ['password'], password: { user: { name, password } } };
  const login = await createClient({ endpoint: server.running.endpoint, auth: { kind: 'none' } }).call('createToken', {
    body: { auth: { identity } },
  });
  const token = login.headers.get('x-subject-token') ?? '';
  const withToken = createClient({ endpoint: server.running.endpoint, auth: { kind: 'token', token } });
  const list = () => withToken.call('listFunctions', { params: { project_id: server.projectId } });
  expect((await list()).status).toBe(200);
  server.clock.advance(24 * 60 * 60 * 1000 - 1_000);
  expect((await list()).status).toBe(200);
  server.clock.advance(2_000);
  await expect(list()).rejects.toMatchObject({ status: 401, code: 'FSS.0401' });
});

it('a login that was throttled may be tried again after its pause', async () => {
  await using server = await FakeServer.start(behaviour());
  const { name, password } = server.user;
  const client = createClient({ endpoint: server.running.endpoint, auth: { kind: 'none' } });
  const login = (secret: string) =>
    client.call('createToken', {
      body: { auth: { identity: { methods: ['password'], password: { user: { name, password: secret } } } } },
    });
  for (let n = 0; n < 5; n += 1) await expect(login('wrong')).rejects.toMatchObject({ status: 401 });
  await expect(login(password)).rejects.toMatchObject({ status: 429 });
  server.clock.advance(1_100);
  expect((await login(password)).status).toBe(201);
});

it('an initializer has its own time, which begins when it does', async () => {
  const begins: (() => void)[] = [];
  await using server = await FakeServer.start({
    ...behaviour(),
    onInit(_init, peer) {
      begins.push(() => peer.send({ type: 'initializing' }));
      return false;
    },
  });
  const target = await server.deploy('initialized');
  await server.api.call('updateFunctionConfig', {
    params: target,
    body: {
      func_name: 'initialized',
      handler: 'index.handler',
      timeout: 10,
      memory_size: 128,
      initializer_handler: 'index.init',
      initializer_timeout: 1,
    },
  });
  let ended: string | undefined;
  const call = invoke(server, target, 'any').then(({ code }) => {
    ended = code;
  });
  let requested = 0;
  await passTime(server, 50, async () => {
    if (begins.length > requested) {
      // Loading may take longer than the initializer may.
      for (let steps = 0; steps < 30; steps += 1) server.clock.advance(100);
      begins[requested]?.();
      requested = begins.length;
    }
    return ended !== undefined;
  });
  await call;
  expect(ended).toBe('4211');
  expect(server.driver.started).toHaveLength(3);
});

it('the output of a failed start is in the log of its request, once', async () => {
  let starts = 0;
  await using server = await FakeServer.start({
    ...behaviour(),
    onInit(_init, peer) {
      starts += 1;
      peer.log('', 'reading the configuration');
      peer.log('', 'function initialization exception, error: no licence', 'ERROR');
      peer.send({ type: 'failed', phase: 'init', code: 4009 }, '{"errorMessage":"no licence"}');
      return false;
    },
  });
  const target = await server.deploy('unlicensed');
  const output = await server.api.bytes('invokeFunction', {
    params: target,
    headers: { 'X-Cff-Log-Type': 'tail' },
    body: bytes('any'),
  });
  const requestId = output.headers.get('x-cff-request-id') ?? '';
  const tail = Buffer.from(output.headers.get('x-cff-function-log') ?? '', 'base64').toString();
  expect([starts, tail.split('no licence').length - 1]).toEqual([3, 1]);
  await expect
    .poll(async () => {
      server.clock.advance(50);
      const { data } = await server.api.call('queryLogs', { params: target, query: { order: 'asc' } });
      return data.lines.map((line) => [line.request_id === requestId, line.message.slice(0, 25)]);
    }, PATIENCE)
    .toEqual([
      [true, `Start invoke request '${requestId}`.slice(0, 25)],
      [true, 'reading the configuration'],
      [true, 'function initialization e'],
      [true, `Finish invoke request '${requestId}`.slice(0, 25)],
    ]);
});

it('output of child processes is in the log of the request that runs, before its end', async () => {
  await using server = await FakeServer.start({
    handler(event, invoke, peer) {
      peer.unreadOutput(`child of ${event.toString()}\nno end`);
      peer.send({ type: 'result', requestId: invoke.requestId, code: 0, raw: true }, 'done');
      return HANG;
    },
  });
  const target = await server.deploy('parent');
  await invoke(server, target, 'one');
  // lines of different requests have no order within a millisecond
  server.clock.advance(1);
  await invoke(server, target, 'two');
  await expect
    .poll(async () => {
      server.clock.advance(50);
      const { data } = await server.api.call('queryLogs', { params: target, query: { order: 'asc' } });
      const ids = [...new Set(data.lines.map((line) => line.request_id))];
      return data.lines.map(
        (line) => `${ids.indexOf(line.request_id)} ${line.message.split(' ').slice(0, 3).join(' ')}`,
      );
    }, PATIENCE)
    .toEqual([
      '0 Start invoke request',
      '0 child of one',
      '0 no end',
      '0 Finish invoke request',
      '1 Start invoke request',
      '1 child of two',
      '1 no end',
      '1 Finish invoke request',
    ]);
});
