import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, logLines, PATIENCE, runtimeOf, target, unsigned } from '../functions.ts';
import { TestServer } from '../server.ts';

const EVENT_FUNCTION = `exports.handler = async (event, context) => {
  if (event.trigger_type === 'TIMER') { console.log('tick ' + JSON.stringify(event)); return 'done'; }
  if (event.path === '/slow') await new Promise((done) => setTimeout(done, 2500));
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, isBase64Encoded: false, body: JSON.stringify(event) };
};`;

const HTTP_FUNCTION = {
  bootstrap: `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do [ -x "$node" ] && exec "$node" server.js; done
`,
  'server.js': `require('node:http').createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => res.end(JSON.stringify({ method: req.method, url: req.url, prefix: req.headers['x-forwarded-prefix'], body: Buffer.concat(parts).toString() })));
}).listen(8000, '127.0.0.1');`,
};

let server: TestServer;
let event: string;
let http: string;

beforeAll(async () => {
  server = await TestServer.start();
  const runtime = await runtimeOf(server, 'Node.js');
  event = await deploy(server, { name: 'triggered', runtime, files: { 'index.js': EVENT_FUNCTION } });
  http = await deploy(server, { name: 'web', runtime: 'http', handler: 'bootstrap', files: HTTP_FUNCTION });
});
afterAll(() => server?.stop());

async function fgs(...argv: string[]): Promise<string> {
  const run = await server.fgs(['triggers', ...argv]);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString();
}

interface Tick {
  readonly version: string;
  readonly time: string;
  readonly trigger_name: string;
  readonly user_event: string;
}

/** The events that the function was started with, by their time. */
async function ticks(): Promise<Tick[]> {
  const lines = (await logLines(server, event)).map(({ message }) => /tick (\{.*\})/.exec(message)?.[1]);
  const events = lines.filter((text) => text !== undefined).map((text) => JSON.parse(text) as Tick);
  return events.sort((a, b) => (a.time < b.time ? -1 : 1));
}

it('a timer of one second starts the function once for each second, until it is switched off', async () => {
  const created = await fgs('create', 'triggered', '--every', '1s', '--event', '{"n": 1}');
  expect(created).toMatch(/^triggered: Cron @every 1s\nnext: \S+, \S+, \S+\n$/);
  await expect.poll(async () => (await ticks()).length, PATIENCE).toBeGreaterThanOrEqual(5);
  expect(await fgs('disable', 'triggered', 'timer')).toBe('timer: DISABLED\n');
  const stored = await asyncInvocations(server, event);
  await expect.poll(async () => (await ticks()).length, PATIENCE).toBe(stored.length);
  const seen = await ticks();
  expect(seen[0]).toMatchObject({
    version: 'v1.0',
    trigger_type: 'TIMER',
    trigger_name: 'timer',
    user_event: '{"n": 1}',
  });
  expect(seen[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  const first = Date.parse(seen[0]?.time ?? '');
  expect(seen.map(({ time }) => Date.parse(time) - first)).toEqual(seen.map((_, second) => second * 1000));
  expect(await fgs('list', 'triggered')).toMatch(/timer +TIMER +latest +DISABLED/);
  await fgs('enable', 'triggered', 'timer');
  await expect.poll(async () => (await ticks()).length, PATIENCE).toBeGreaterThan(seen.length);
  await fgs('delete', 'triggered', 'timer', '--yes');
  expect(await fgs('list', 'triggered')).toContain('no triggers');
});

it('a gateway route invokes an event function, for every caller or for those with the right to invoke it', async () => {
  await fgs('create', 'triggered', '--path', '/users/{id}', '--auth', 'none', '--group', 'g1', '--exact');
  const base = `${server.gateway}/api/${server.credentials.project_id}/g1`;
  const answer = await unsigned(`${base}/users/7?a=1`, {});
  expect([answer.status, answer.json.pathParameters, answer.json.path]).toEqual([200, { id: '7' }, '/users/7']);
  await fgs('create', 'triggered', '--path', '/own', '--name', 'own', '--group', 'g1');
  expect((await unsigned(`${base}/own`, {})).status).toBe(401);
  await fgs(
    'create',
    'triggered',
    '--path',
    '/slow',
    '--name',
    'slow',
    '--auth',
    'none',
    '--group',
    'g1',
    '--wait',
    '300',
  );
  const slow = await unsigned(`${base}/slow`, {});
  expect([slow.status, slow.json.error_code]).toEqual([504, 'APIGW.0203']);
});

it('an address of the gateway starts an HTTP function with the path below its group', async () => {
  await fgs('create', 'web', '--path', '/shop', '--auth', 'none');
  const prefix = `/api/${server.credentials.project_id}/DEFAULT`;
  const answer = await unsigned(`${server.gateway}${prefix}/shop/cart%20x?n=1`, { method: 'POST', body: 'hello' });
  expect(answer.json).toEqual({ method: 'POST', url: '/shop/cart%20x?n=1', prefix, body: 'hello' });
  expect((await unsigned(`${server.gateway}${prefix}/other`, {})).status).toBe(404);
  const timer = await server.fgs(['triggers', 'create', 'web', '--every', '1m']);
  expect([timer.exitCode, timer.stderr]).toEqual([3, expect.stringContaining('gateway triggers only')]);
});

it('routes and timers are as they were after a restart', async () => {
  await fgs('create', 'triggered', '--every', '1s', '--name', 'again');
  await server.restart();
  const restartedAt = new Date().toISOString();
  await expect.poll(async () => (await ticks()).some(({ time }) => time > restartedAt), PATIENCE).toBe(true);
  const prefix = `/api/${server.credentials.project_id}/DEFAULT`;
  expect((await unsigned(`${server.gateway}${prefix}/shop`, {})).status).toBe(200);
  await server.api.call('deleteFunction', { params: target(server, http) });
  expect((await unsigned(`${server.gateway}${prefix}/shop`, {})).status).toBe(404);
});
