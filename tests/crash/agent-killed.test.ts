import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  asyncInvocations,
  call,
  deploy,
  enqueue,
  invoke,
  logLines,
  PATIENCE,
  runtimeOf,
  target,
} from '../functions.ts';
import { commandOf, TestServer } from '../server.ts';
import { Belongings, processesOf } from './leftovers.ts';

const SOURCE = `exports.handler = async (event, context) => {
  console.log('running ' + event.n);
  await new Promise((resolve) => setTimeout(resolve, event.ms));
  return 'done ' + event.n;
};`;

let server: TestServer;
let urn: string;

beforeEach(async () => {
  server = await TestServer.start();
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'wait', runtime, files: { 'index.js': SOURCE }, timeout: 60 });
});
afterEach(() => server?.stop());

const events = (from: number, count: number, ms: number) =>
  Array.from({ length: count }, (_, at) => ({ n: from + at, ms }));

/** Waits until these events have been seen running. */
async function untilRunning(numbers: readonly number[]): Promise<void> {
  const expected = numbers.map((n) => `running ${n}`);
  await expect
    .poll(async () => (await logLines(server, urn)).map((line) => line.message.trim()), PATIENCE)
    .toEqual(expect.arrayContaining(expected));
}

const agent = (): number => {
  const pid = server.agentPid();
  if (pid === undefined) throw new Error('the server has no agent');
  return pid;
};

it('the agent: running calls fail as system errors, asynchronous ones are run again, the next calls work', async () => {
  await server.api.call('updateFunctionAsyncInvokeConfig', {
    params: target(server, urn),
    body: { max_async_retry_attempts: 2 },
  });
  const belongings = new Belongings(server);
  const synchronous = events(1, 3, 30_000).map((event) => call(server, urn, event));
  const ids = await Promise.all(events(11, 3, 4_000).map((event) => enqueue(server, urn, event)));
  await untilRunning([1, 2, 3, 11, 12, 13]);

  const killed = agent();
  process.kill(killed, 'SIGKILL');
  for (const answer of await Promise.all(synchronous)) {
    expect(answer.status).toBe(500);
    expect(answer.headers.get('x-is-func-err')).toBe('false');
    expect(answer.headers.get('x-func-err-code')).toBe('500');
    const { receipt } = JSON.parse(answer.headers.get('x-cff-invoke-summary') ?? '') as { receipt: object };
    expect(receipt).toMatchObject({ outcome: 'system_error', component: 'instance' });
    expect(answer.json).toMatchObject({ errorType: 'SystemError', errorMessage: 'the sandbox was lost' });
  }
  expect((await invoke(server, urn, { n: 20, ms: 0 })).text).toBe('done 20');
  await expect
    .poll(async () => (await asyncInvocations(server, urn)).map((one) => one.status), {
      timeout: 45_000,
      interval: 100,
    })
    .toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  expect((await asyncInvocations(server, urn)).map((one) => one.request_id).sort()).toEqual([...ids].sort());
  expect(agent()).not.toBe(killed);

  // The resources of the dead agent are removed although the server and its new agent are alive.
  await expect.poll(() => belongings.left(), PATIENCE).toEqual([]);
  // What a new agent cannot remove when it begins, it removes when it ends.
  const [first = ''] = belongings.agents;
  mkdirSync(join(server.runDir, first, 'disk'), { recursive: true });
  belongings.note();
  await server.kill('SIGTERM');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});

it('the agent, several times while calls keep coming: every call is answered, with its result or a system error', async () => {
  const belongings = new Belongings(server);
  let kills = 0;
  let over = false;
  const seen = { fine: 0, lost: 0, other: [] as string[] };
  const caller = async (n: number): Promise<void> => {
    while (!over) {
      const { text, status } = await call(server, urn, { n, ms: 20 });
      if (text === `done ${n}`) seen.fine += 1;
      else if (status === 500 && /SystemError/.test(text)) seen.lost += 1;
      else seen.other.push(`${status} ${text}`);
    }
  };
  const callers = Promise.all([1, 2, 3, 4].map(caller));
  for (; kills < 3; kills += 1) {
    const before = seen.fine;
    await expect.poll(() => seen.fine, PATIENCE).toBeGreaterThan(before + 10);
    await expect.poll(() => server.agentPid(), PATIENCE).toBeDefined();
    process.kill(agent(), 'SIGKILL');
    belongings.note();
  }
  const before = seen.fine;
  await expect.poll(() => seen.fine, PATIENCE).toBeGreaterThan(before + 10);
  over = true;
  await callers;
  expect(seen.other).toEqual([]);
  belongings.note();
  await server.kill('SIGTERM');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});

it('the agent hangs: a running call ends at its own limit, waiting calls run in the care of a new agent', async () => {
  const belongings = new Belongings(server);
  const runtime = await runtimeOf(server, 'Node.js');
  const short = await deploy(server, { name: 'short', runtime, files: { 'index.js': SOURCE }, timeout: 3 });
  const hung = agent();
  const running = call(server, short, { n: 1, ms: 60_000 });
  await expect
    .poll(async () => (await logLines(server, short)).map((line) => line.message.trim()), PATIENCE)
    .toContain('running 1');
  process.kill(hung, 'SIGSTOP');
  const began = performance.now();
  const cold = call(server, urn, { n: 2, ms: 0 });
  expect((await running).headers.get('x-func-err-code')).toBe('4010');
  expect(performance.now() - began).toBeLessThan(40_000);
  expect((await cold).text).toBe('done 2');
  expect(performance.now() - began).toBeLessThan(55_000);
  expect(agent()).not.toBe(hung);
  await expect.poll(() => belongings.left(), PATIENCE).toEqual([]);
  belongings.note();
  await server.kill('SIGTERM');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});

it('a single instance: its call ends as a crash, others go on, the next call gets another instance', async () => {
  const belongings = new Belongings(server);
  const doomed = call(server, urn, { n: 1, ms: 30_000 });
  await untilRunning([1]);
  const victims = await functionProcesses(1);
  expect(victims).not.toEqual([]);
  const other = invoke(server, urn, { n: 2, ms: 3_000 });
  await untilRunning([2]);
  // the end of one may take others with it
  for (const pid of victims) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  const answer = await doomed;
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    errorType: 'FunctionProcessExit',
    errorMessage: expect.stringContaining('SIGKILL'),
  });
  expect((await other).text).toBe('done 2');
  expect((await invoke(server, urn, { n: 3, ms: 0 })).text).toBe('done 3');
  await server.kill('SIGTERM');
  await expect.poll(() => belongings.leftAfterStop(), PATIENCE).toEqual([]);
});

/** The processes that run the function's code in the instance that has logged `running n`. */
async function functionProcesses(n: number): Promise<number[]> {
  const line = (await logLines(server, urn)).find(({ message }) => message.trim() === `running ${n}`);
  const all = processesOf(line?.instance_id ?? 'no such instance');
  return all.filter((pid) => /\bnode\b.*shim\.js/.test(commandOf(pid)));
}
