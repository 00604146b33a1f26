import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

const LOGS = 'GET /v1/p1/logs';
const TIME = '2027-01-01T00:00:00.000Z';

let server: FakeServer;
beforeAll(async () => {
  server = await FakeServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const search = (...argv: string[]) =>
  runCli(['functions', 'search-logs', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });

const line = (func_name: string, message: string, pkg = 'default') => ({
  ...{ time: TIME, level: 'ERROR', request_id: 'r1', instance_id: 'i1', version: 'latest' },
  ...{ package: pkg, func_name, message },
});

test('lines of all functions stand with their names, the newest at the end', async () => {
  const lines = [line('payments', 'paid\n', 'shop'), line('orders', 'created')];
  server.on(LOGS, { body: { lines, complete: true } });
  const { stdout, stderr } = await search('order 17', '--level', 'warn,error', '--since', '2h');
  expect(stdout).toBe(`${TIME} orders r1 ERROR created\n${TIME} shop/payments r1 ERROR paid\n`);
  expect(stderr).toBe('');
  const [request] = server.requests(LOGS);
  expect(Object.fromEntries(request?.query ?? [])).toMatchObject({
    keyword: 'order 17',
    level: 'WARN,ERROR',
    limit: '200',
    from: expect.stringMatching(/Z$/),
    to: expect.stringMatching(/Z$/),
  });
});

test('a search that took too long says that lines are missing', async () => {
  server.on(LOGS, { body: { lines: [line('orders', 'created')], complete: false } });
  const { stdout, stderr } = await search();
  expect(stdout).toContain('created');
  expect(stderr).toContain('lines are missing');
  const { stdout: json } = await search('--output', 'json');
  expect(
    json
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one)),
  ).toEqual([line('orders', 'created'), { complete: false }]);
});
