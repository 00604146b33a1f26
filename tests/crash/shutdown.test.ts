import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { asyncInvocations, deploy, enqueue, invoke, logLines, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { Belongings } from './leftovers.ts';

const SOURCE = `exports.handler = async (event, context) => {
  console.log('running ' + event.n);
  await new Promise((resolve) => setTimeout(resolve, event.ms));
  return 'done ' + event.n;
};`;

let server: TestServer;
let urn: string;

/** Longer than any of these tests may take: a stop that waits for the end of its drain is seen, however slow it is. */
const PATIENT = ['--drain-timeout', '100s'];
const SOON_MS = 80_000;

async function start(args: readonly string[] = PATIENT): Promise<void> {
  server = await TestServer.start({ args });
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'wait', runtime, files: { 'index.js': SOURCE }, timeout: 120 });
}
afterEach(() => server?.stop());

async function untilRunning(n: number): Promise<void> {
  await expect
    .poll(async () => (await logLines(server, urn)).map((line) => line.message.trim()), PATIENCE)
    .toContain(`running ${n}`);
}

it('lets calls finish on SIGTERM, keeps what waits, and leaves nothing behind', async () => {
  await start();
  await server.api.call('updateFunctionMaxInstanceConfig', {
    params: target(server, urn),
    body: { max_instance_num: 3 },
  });
  const belongings = new Belongings(server);
  const synchronous = invoke(server, urn, { n: 1, ms: 3_000 });
  await untilRunning(1);
  const ids = await Promise.all(Array.from({ length: 8 }, (_, at) => enqueue(server, urn, { n: 100 + at, ms: 1_500 })));
  await untilRunning(100);
  const started = performance.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  // shorter than the drain: a client that keeps its connection open is not waited for
  expect(performance.now() - started).toBeLessThan(SOON_MS);
  expect((await synchronous).text).toBe('done 1');
  expect(belongings.leftAfterStop()).toEqual([]);

  await server.restart();
  await expect
    .poll(async () => (await asyncInvocations(server, urn)).map((one) => one.status), {
      timeout: 45_000,
      interval: 100,
    })
    .toEqual(ids.map(() => 'SUCCESS'));
  expect((await asyncInvocations(server, urn)).map((one) => one.request_id).sort()).toEqual([...ids].sort());
  const runs = (await logLines(server, urn))
    .filter((line) => /^running 1\d\d/.test(line.message))
    .map((line) => line.message.trim());
  expect(runs.sort()).toEqual(ids.map((_, at) => `running ${100 + at}`));
});

it('stops on SIGTERM while it starts, and leaves nothing behind', async () => {
  server = await TestServer.start();
  await server.kill('SIGTERM');
  for (const ms of [0, 300, 700]) {
    const { exitCode, runDir } = await server.interruptStart(ms);
    const left = new Belongings(server).leftAfterStop();
    expect({ ms, exitCode, left, runDir: existsSync(runDir) }).toEqual({ ms, exitCode: 0, left: [], runDir: false });
  }
});

it('does not wait for clients that follow logs, hold a connection or never finish their request', async () => {
  await start(['--drain-timeout', '3s']);
  const stop = new AbortController();
  const follower = server.api.stream('followLogs', { params: target(server, urn), signal: stop.signal });
  const first = follower.next();
  await invoke(server, urn, { n: 5, ms: 0 });
  expect((await first).done).toBe(false);
  const rest = (async () => {
    for await (const _ of follower);
  })().catch(() => 'cut');

  const port = Number(new URL(server.endpoint).port);
  const slow = connect(port, '127.0.0.1');
  slow.on('error', () => {});
  slow.write('POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  const idle = connect(port, '127.0.0.1');
  idle.on('error', () => {});
  idle.write('GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => idle.once('data', resolve));

  const started = performance.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  expect(performance.now() - started).toBeLessThan(SOON_MS);
  await rest;
  slow.destroy();
  idle.destroy();
});

it('ends a call that takes longer than a stop may take, and all that belongs to it', async () => {
  await start(['--drain-timeout', '3s']);
  const belongings = new Belongings(server);
  const long = invoke(server, urn, { n: 1, ms: 110_000 }).then(
    () => 'answered',
    () => 'cut off',
  );
  await untilRunning(1);
  const started = performance.now();
  expect(await server.kill('SIGTERM')).toBe(0);
  expect(performance.now() - started).toBeLessThan(SOON_MS);
  expect(await long).toBe('cut off');
  expect(belongings.leftAfterStop()).toEqual([]);
});

it('ends at once on a second SIGTERM, and leaves nothing behind', async () => {
  await start();
  const belongings = new Belongings(server);
  const long = invoke(server, urn, { n: 1, ms: 110_000 }).then(
    () => 'answered',
    () => 'cut off',
  );
  await untilRunning(1);
  const started = performance.now();
  expect(await server.terminateTwice(1_000)).toBe(1);
  expect(performance.now() - started).toBeLessThan(SOON_MS);
  expect(await long).toBe('cut off');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});
