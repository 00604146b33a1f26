import { afterAll, beforeAll, expect, test } from 'vitest';
import { asyncInvocations, deploy, invoke, PATIENCE, runtimeOf, target } from '../functions.ts';
import { whyNoJava } from '../java-code.ts';
import { Guides } from './guides.ts';

let guides: Guides;
beforeAll(async () => {
  guides = await Guides.open();
});
afterAll(() => guides?.[Symbol.asyncDispose]());

test('every command of the templates guide works as it stands there', async () => {
  const stdout = await guides.run('templates.md');
  expect(stdout).toContain('inbox: created, inbox-receiver (receiver), inbox-router (router)\n');
  expect(stdout.match(/\{"message":"Hello, Ada!"\}/g)).toHaveLength(2);
  const { api, credentials } = guides.server;
  const { data } = await api.call('listFunctions', { params: { project_id: credentials.project_id } });
  expect(data.functions).toEqual([]);
});

test.each([
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
  [
    'brokers.md',
    [
      'messages of exchange orders at mq.example:5672, disabled',
      'messages of clicks at kafka1.example',
      'deleted trigger clicks',
    ],
  ],
  [
    'projects.md',
    ['prices: created', '{"price":3,"currency":"EUR"}', 'shop: no difference', ' for 10 %', '"CHF"', 'shop: destroyed'],
  ],
  ['python.md', ['{"message": "Hello, Ada!"}']],
  ['flow-loops.md', ['{"result":[{"result":3},{"result":5},{"result":9}]}', '{"squares":[1,4,9]}', '{"result":25}']],
  ['flow-approval.md', ['called back', 'run ended: success', '├─ $.approved == true: function pay (Pay)']],
  [
    'flow-debugging.md',
    ['exit code 6', '✗ fail      function square', 'different: status, output, error', '{"result":25}'],
  ],
])('every command of %s works as it stands there', async (guide, texts) => {
  const stdout = await guides.run(guide);
  for (const text of texts) expect(stdout).toContain(text);
});

test('the commands of the guide for teams make a backup and restore it', async () => {
  const stdout = await guides.run('team.md', 'Backups');
  expect(stdout).toMatch(/backed up \d+ files, .*; 1 kept, 0 removed\n/);
  expect(stdout).toMatch(/is whole: .*\nrestored \d+ files/);
});

test('the commands of the guide for teams make a user for the issuer', async () => {
  expect(await guides.run('team.md', 'Sign in with your directory')).toContain('grace: created');
});

test.skipIf(whyNoJava() !== undefined)(
  'the commands of the guide compile, deploy and call a Java function',
  async () => {
    expect(await guides.run('java.md')).toContain('{"accepted":"A17"}');
  },
);

test('the commands of the guide make a trigger of log lines', async () => {
  const { server } = guides;
  const runtime = await runtimeOf(server, 'Node.js');
  const files = { 'index.js': "exports.handler = async (event, context) => 'seen';" };
  const hello = await deploy(server, { name: 'hello', runtime, files });
  const watcher = await deploy(server, { name: 'watcher', runtime, files });
  await guides.run('triggers.md', 'Log lines');
  const shown = async () =>
    (await server.api.call('listFunctionTriggers', { params: target(server, watcher) })).data[0];
  await expect.poll(shown, PATIENCE).toMatchObject({ trigger_type_code: 'LTS', connection: { state: 'CONNECTED' } });
  await invoke(server, hello);
  const states = async () => (await asyncInvocations(server, watcher)).map(({ status }) => status);
  await expect.poll(states, PATIENCE).toContain('SUCCESS');
});
