import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE, runtimeOf } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

let server: TestAccount;
let folder: string;

/** The tests of the guide run the other templates. */
const TEMPLATES = ['approval', 'parallel-service'];

beforeAll(async () => {
  server = await TestAccount.open();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-flows-'));
  const runtime = await runtimeOf(server, 'Node.js');
  const deployed = new Set<string>();
  for (const id of TEMPLATES) {
    const place = join(folder, id);
    await fgs('flows', 'init', place, '--template', id);
    for (const fn of (await readdir(join(place, 'functions'))).filter((one) => !deployed.has(one))) {
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
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

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

test('a parallel service merges the outputs that filters keep apart', async () => {
  expect(await start('parallel-service', {})).toEqual({ result1: 'success', result2: 'success' });
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
  expect(drawn).toMatch(/✓ success {3}├─ \$\.approved == true: function pay/);
  expect(drawn).toMatch(/· not run {3}└─ else: function record/);
});

test('a run is listed, stopped, retried and followed', async () => {
  await fgs('flows', 'start', 'approval', '--run-id', 'a2');
  await fgs('flows', 'runs', 'stop', 'approval', 'a2');
  await expect.poll(async () => (await show('approval', 'a2')).status, PATIENCE).toBe('cancel');
  expect(await fgs('flows', 'runs', 'list', 'approval', '--status', 'cancel')).toMatch(/^a2 +cancel/m);
  const followed = await fgs('flows', 'start', 'parallel-service', '--follow');
  expect(followed).toContain('both: finished');
  expect(followed.trimEnd().split('\n').at(-1)).toBe('{"result1":"success","result2":"success"}');
  expect((await server.fgs(['flows', 'delete', 'missing', '--yes'])).exitCode).toBe(3);
  await fgs('flows', 'delete', 'parallel-service', '--yes');
});
