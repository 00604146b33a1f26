import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

let server: TestServer;
let folder: string;

/** Every template, under its own name. */
beforeAll(async () => {
  server = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-flows-'));
  const runtime = await runtimeOf(server, 'Node.js');
  const deployed = new Set<string>();
  for (const { id, functions } of JSON.parse(await fgs('flows', 'templates', '--output', 'json')) as Template[]) {
    const place = join(folder, id);
    await fgs('flows', 'init', place, '--template', id);
    for (const fn of functions.filter((one) => !deployed.has(one))) {
      deployed.add(fn);
      await fgs(
        'functions',
        'deploy',
        join(place, 'functions', fn),
        '--runtime',
        runtime,
        '--handler',
        'index.handler',
      );
    }
    await fgs('flows', 'check', join(place, 'flow.yaml'), '--online');
    await fgs('flows', 'deploy', join(place, 'flow.yaml'));
  }
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Template {
  readonly id: string;
  readonly functions: readonly string[];
}

async function fgs(...argv: string[]): Promise<string> {
  const run = await server.fgs(argv);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString('utf8');
}

const start = async (flow: string, input: object, ...flags: string[]): Promise<unknown> =>
  JSON.parse(await fgs('flows', 'start', flow, '--input', JSON.stringify(input), '--wait', ...flags));

interface Shown {
  readonly status: string;
  readonly node_execution_details: readonly {
    readonly node_id: string;
    readonly executions: readonly { readonly status: string; readonly output?: unknown }[];
  }[];
}
const show = async (flow: string, run: string): Promise<Shown> =>
  JSON.parse(await fgs('flows', 'runs', 'show', flow, run, '--output', 'json'));
const executions = ({ node_execution_details: nodes }: Shown, id: string) =>
  nodes.find(({ node_id }) => node_id === id)?.executions ?? [];

test('branches run at once, and their results stand in the order of the lines', async () => {
  expect(await start('parallel', { input: 3 })).toEqual({ result: [{ result: 3 }, { result: 5 }, { result: 9 }] });
});

test('a sequential service passes the output of one function to the next', async () => {
  expect(await start('sequential-service', { input: 3 })).toEqual({ result: 25 });
});

test('a parallel service merges the outputs that filters keep apart', async () => {
  expect(await start('parallel-service', {})).toEqual({ result1: 'success', result2: 'success' });
});

test('an error handler lets a good result go on', async () => {
  expect(await start('error-handling', { input: 200 }, '--run-id', 'good')).toEqual({ result: 'success' });
  const shown = await show('error-handling', 'good');
  expect(executions(shown, 'ask')).toHaveLength(1);
  expect(executions(shown, 'record')).toHaveLength(0);
});

test('an error handler retries eight times and then takes its own line', async () => {
  const end = await start('error-handling', { input: 500 }, '--run-id', 'bad');
  expect(end).toEqual({ recorded: { status: 500 } });
  const shown = await show('error-handling', 'bad');
  expect(executions(shown, 'ask')).toHaveLength(9);
  expect(executions(shown, 'go-on')).toHaveLength(0);
}, 120_000);

test('a loop runs once for each element, with the results in order', async () => {
  expect(await start('loop', { numbers: [1, 2, 3, 4] })).toMatchObject({ squares: [1, 4, 9, 16] });
});

test('an approval waits for the callback of a person', async () => {
  await fgs('flows', 'start', 'approval', '--input', '{"amount":5}', '--run-id', 'a1');
  const announced = await expect.poll(async () => executions(await show('approval', 'a1'), 'announce')[0], PATIENCE);
  await announced.toMatchObject({ status: 'success' });
  const { output } = executions(await show('approval', 'a1'), 'announce')[0] ?? {};
  const { run, callback } = output as { run: string; callback: string };
  expect(run).toBe('a1');
  const forged = await server.fgs(['flows', 'callback', 'approval', run, `${callback}x`]);
  expect(forged.exitCode).not.toBe(0);
  await fgs('flows', 'callback', 'approval', run, callback, '--result', '{"approved":true}');
  await expect.poll(async () => (await show('approval', 'a1')).status, PATIENCE).toBe('success');
  const again = await server.fgs(['flows', 'callback', 'approval', run, callback, '--result', '{"approved":false}']);
  expect(again.exitCode).toBe(3);
  const drawn = await fgs('flows', 'runs', 'show', 'approval', 'a1', '--graph');
  expect(drawn).toMatch(/✓ success {3}function pay/);
  expect(drawn).toMatch(/· not run {3}function record/);
});

test('a run is listed, stopped, retried and followed', async () => {
  await fgs('flows', 'start', 'approval', '--run-id', 'a2');
  await fgs('flows', 'runs', 'stop', 'approval', 'a2');
  await expect.poll(async () => (await show('approval', 'a2')).status, PATIENCE).toBe('cancel');
  expect(await fgs('flows', 'runs', 'list', 'approval', '--status', 'cancel')).toMatch(/^a2 +cancel/m);
  const followed = await fgs('flows', 'start', 'parallel', '--input', '{"input":1}', '--follow');
  expect(followed).toContain('fan: finished');
  expect(followed.trimEnd().split('\n').at(-1)).toBe('{"result":[{"result":1},{"result":3},{"result":1}]}');
  expect((await server.fgs(['flows', 'delete', 'missing', '--yes'])).exitCode).toBe(3);
  await fgs('flows', 'delete', 'loop', '--yes');
});
