import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeCli, ROOT, TestServer } from '../server.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-guide-'));
  await placeCli(folder);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** All commands of a page, in their order, as one script that ends at the first that fails. */
async function commandsOf(guide: string): Promise<string> {
  const text = await readFile(join(ROOT, 'docs/guides', guide), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
  return ['set -ex', ...blocks].join('\n').replaceAll('npx fgs', join(folder, 'fgs'));
}

/** Runs a page in a folder of its own; a command that fails fails it. */
async function run(guide: string): Promise<string> {
  const cwd = await mkdtemp(join(folder, 'work-'));
  const env = { PATH: process.env.PATH, FGS_DATA_DIR: server.dataDir };
  const script = await commandsOf(guide);
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile('/bin/bash', ['-c', script], { cwd, env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, stdout: out, stderr: err }),
    );
  });
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

test('every command of the templates guide works as it stands there', { timeout: 180_000 }, async () => {
  const stdout = await run('templates.md');
  expect(stdout).toContain('inbox: created, inbox-receiver (receiver), inbox-router (router)\n');
  expect(stdout.match(/\{"message":"Hello, Ada!"\}/g)).toHaveLength(2);
  const { data } = await server.api.call('listFunctions', { params: { project_id: server.credentials.project_id } });
  expect(data.functions).toEqual([]);
});

test.each([
  [
    'alarms.md',
    [
      'payments-fail: sum failcount >= 2 in 1 min, about default/payments\n',
      'payments-slow: avg duration > 1200 in 2 of 3 × 5 min, about default/payments:latest\n',
      'deleted rule payments-fail\n',
    ],
  ],
  [
    'flows.md',
    [
      '{"result":[{"result":3},{"result":5},{"result":9}]}',
      'parallel fan (All three)\n├─ function echo (Echo)\n',
      'copy: created',
      'copy  team=shop',
      '{"result":[{"result":1},{"result":3},{"result":1}]}',
    ],
  ],
  [
    'flow-errors.md',
    ['{"result":"success"}', '{"recorded":{"status":500}}', '✓ success   function ask (Ask)', '2 times'],
  ],
  [
    'buckets.md',
    [
      'photos: created',
      'photos/2026/a.txt: stored 6 bytes\nhello\n',
      '              -  2026/\n',
      '              6  2026/a.txt\n',
      '/photos/2026/a.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&',
      'photos/film.mp4: stored 20000000 bytes\nphotos: removed 1 object\nphotos: deleted\nno buckets',
    ],
  ],
  [
    'event-webhooks.md',
    [
      'order 4711 by /shop/berlin',
      'order 4712 by /shop/berlin',
      'order 4713 by /shop/rome',
      'shop: renewed\nsecret: whsec_',
    ],
  ],
  [
    'gateway.md',
    [
      '{"path":"/orders/17","pathParameters":{"id":"17"}}',
      '{"path":"/partners","pathParameters":{}}',
      '{"path":"/v2/orders/17","pathParameters":{"id":"17"}}',
      '{"path":"/orders/18","pathParameters":{"id":"18"}}',
      'Access-Control-Allow-Origin: https://shop.example',
      'RELEASE 6, TEST 7',
      'NONE  RELEASE 9',
      'deleted group old-shop',
    ],
  ],
  [
    'streams.md',
    ['clicks: created', 'stored as 1 of shardId-', '  visitor-4  "page 17"\n', 'visited page 18', 'clicks: deleted'],
  ],
  ['event-webhooks.md', ['order 4711 by /shop/berlin', 'order 4712 by /shop/berlin']],
  [
    'brokers.md',
    [
      'messages of exchange orders at mq.example:5672, disabled',
      'messages of clicks at kafka1.example',
      'deleted trigger clicks',
    ],
  ],
  ['flow-loops.md', ['{"result":[{"result":3},{"result":5},{"result":9}]}', '{"squares":[1,4,9]}', '{"result":25}']],
  ['flow-approval.md', ['called back', 'run ended: success', '├─ $.approved == true: function pay (Pay)']],
  [
    'flow-debugging.md',
    ['exit code 6', '✗ fail      function square', 'different: status, output, error', '{"result":25}'],
  ],
])('every command of %s works as it stands there', { timeout: 180_000 }, async (guide, texts) => {
  const stdout = await run(guide);
  for (const text of texts) expect(stdout).toContain(text);
});
