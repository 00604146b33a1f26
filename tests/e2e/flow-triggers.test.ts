import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, PATIENCE, request, runtimeOf, unsigned } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

let server: TestAccount;
let folder: string;

beforeAll(async () => {
  server = await TestAccount.open();
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-flow-triggers-'));
  const source =
    'exports.handler = async (event, context) => ({ total: event.body.amount * 2, id: event.pathParameters.id });';
  const runtime = await runtimeOf(server, 'Node.js');
  await deploy(server, { name: 'price', runtime, files: { 'index.js': source } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function fgs(...argv: string[]): Promise<string> {
  const run = await server.fgs(argv);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString('utf8');
}

const signed = (url: string, body: string) =>
  request(
    { credentials: server.credentials, api: server.api, endpoint: server.gateway },
    { path: url.slice(server.gateway.length), body },
  );

async function deployFlow(name: string, yaml: string): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\n${yaml}`);
  await fgs('flows', 'check', file);
  await fgs('flows', 'deploy', file);
  return file;
}

const ORDER = `
triggers:
  - trigger_name: orders
    trigger_type: APIG
    trigger_config: { path: "/orders/{id}", req_method: POST, group_id: shop }
nodes:
  - { id: start, name: start, kind: start }
  - { id: price, name: price, kind: function, function: price }
edges:
  - { from: start, to: price }
`;

test('an order comes through the gateway, and its caller gets the output of the flow', async () => {
  await deployFlow('order', `mode: EXPRESS\nlog_level: NONE\n${ORDER}`);
  const shown = await fgs('flows', 'show', 'order');
  const address = /trigger orders: APIG POST (\S+) and below \(IAM\)/.exec(shown)?.[1];
  expect(address).toBe(`${server.gateway}/api/${server.credentials.project_id}/shop/orders/{id}`);
  const url = String(address).replace('{id}', '7');
  const body = '{"amount":4}';
  const answer = await signed(url, body);
  expect(answer).toMatchObject({ status: 200, json: { total: 8, id: '7' } });
  expect((await unsigned(url, { method: 'POST', body })).status).toBe(401);
});

test('the caller of a standard flow gets the id of its run', async () => {
  await deployFlow('slow-order', ORDER.replaceAll('/orders', '/slow-orders'));
  const url = `${server.gateway}/api/${server.credentials.project_id}/shop/slow-orders/8`;
  const answer = await signed(url, '{"amount":5}');
  expect(answer.status).toBe(202);
  const id = String(answer.json.execution_id);
  const show = async () => JSON.parse(await fgs('flows', 'runs', 'show', 'slow-order', id, '--output', 'json'));
  await expect.poll(async () => (await show()).output, PATIENCE).toEqual({ total: 10, id: '8' });
});

test('a timer starts a run each second, until the definition disables it', async () => {
  const timer = (enabled: boolean): string => `
triggers:
  - trigger_name: tick
    trigger_type: FLOWTIMER
    enabled: ${enabled}
    trigger_config: { schedule: "@every 1s", user_event: { input: { pathParameters: { id: t }, body: { amount: 1 } } } }
${ORDER.slice(ORDER.indexOf('nodes:'))}`;
  await deployFlow('nightly', timer(true));
  const ids = async (): Promise<string[]> =>
    (JSON.parse(await fgs('flows', 'runs', 'list', 'nightly', '--output', 'json')) as { execution_id: string }[]).map(
      (run) => run.execution_id,
    );
  await expect.poll(async () => (await ids()).length, PATIENCE).toBeGreaterThanOrEqual(3);
  await deployFlow('nightly', timer(false));
  const seen = await ids();
  const ticks = seen.map((id) => Number(id.split('-').at(-1))).sort((a, b) => a - b);
  expect(ticks.map((tick) => tick - (ticks[0] ?? 0))).toEqual(ticks.map((_, second) => second * 1000));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await ids()).toEqual(seen);
  expect(await fgs('flows', 'show', 'nightly')).toContain('trigger tick: FLOWTIMER disabled');
});
