import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';
import { parseMetricPolicy, parsePolicy } from './policy-flag.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const SET = (qualifier: string) => `PUT /v2/p1/fgs/functions/${URN}${qualifier}/reservedinstances`;
const TACTICS = {
  cron_configs: [{ name: 'm', cron: '0 0 8 * * ?', count: 9, start_time: 1, expired_time: 2 }],
  metric_configs: [{ name: 'busy', type: 'Concurrency', threshold: 60, min: 1 }],
};
const ROW = {
  function_urn: URN,
  qualifier_type: 'alias',
  qualifier_name: 'live',
  min_count: 1,
  idle_mode: true,
  tactics_config: TACTICS,
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/' });

test('sets those of latest, a version or an alias', async () => {
  for (const [flags, qualifier] of [
    [[], ''],
    [['--version', 'v1'], ':v1'],
    [['--alias', 'live'], ':!live'],
  ] as const) {
    server.on(SET(qualifier), { body: { count: 2, idle_mode: true, tactics_config: TACTICS } });
    const run = await cli(['reserved', 'set', 'hello', '--count', '2', '--idle', ...flags]);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'hello: 2 reserved, idle mode, 2 policies\n' });
    expect(JSON.parse(server.requests(SET(qualifier))[0]?.body.toString() ?? '')).toEqual({
      count: 2,
      idle_mode: true,
      tactics_config: { cron_configs: [], metric_configs: [] },
    });
  }
  expect(await cli(['reserved', 'set', 'hello'])).toMatchObject({ exitCode: 2 });
  const both = ['reserved', 'set', 'hello', '--count', '1', '--version', 'v1', '--alias', 'live'];
  expect(await cli(both)).toMatchObject({ exitCode: 2 });
});

test('sends policies as they were written', async () => {
  server.on(SET(''), { body: { count: 1, idle_mode: false, tactics_config: TACTICS } });
  const policy = 'morning,10,2027-01-01T00:00:00Z,2027-02-01T00:00:00+08:00,0 0 8,20 * * ?';
  await cli(['reserved', 'set', 'hello', '--count', '1', '--policy', policy, '--metric', 'busy,60,1']);
  expect(JSON.parse(server.requests(SET(''))[0]?.body.toString() ?? '')).toMatchObject({
    tactics_config: {
      cron_configs: [
        { name: 'morning', count: 10, cron: '0 0 8,20 * * ?', start_time: 1798761600, expired_time: 1801411200 },
      ],
      metric_configs: TACTICS.metric_configs,
    },
  });
});

test('lists settings, page after page, and shows present instances', async () => {
  const LIST = 'GET /v2/p1/fgs/functions/reservedinstanceconfigs';
  server.on(LIST, { body: { reserved_instances: [ROW], page_info: { next_marker: 0 }, count: 1 } });
  expect((await cli(['reserved', 'list'])).stdout).toMatch(
    /alias +live +1 +on +m: 9 at 0 0 8 \* \* \?; busy: 60 % used, at least 1/,
  );
  const SHOW = `GET /v1/p1/functions/${URN}/reserved-instances`;
  const failing = { reason: 'init_failed: no licence', failures: 3, next_try: '2027-01-01T00:00:00.000Z' };
  server.on(SHOW, { body: { reserved_instances: [{ ...ROW, desired: 9, ready: 2, starting: 1, failing }] } });
  const { stdout } = await cli(['reserved', 'show', 'hello']);
  expect(stdout).toMatch(/live +1 +9 +2 +1 +on +init_failed: no licence \(failed 3 times, next try 2027/);
  const row = { ...ROW, desired: 9, ready: 2, starting: 1, failing: null };
  server.on(SHOW, { body: { reserved_instances: [row], unreachable_servers: ['node2'] } });
  const { stdout: part, stderr } = await cli(['reserved', 'show', 'hello', '--output', 'json']);
  expect(JSON.parse(part)).toHaveLength(1);
  expect(stderr).toContain('reserved instances are missing: these servers could not be asked: node2');
});

test.each(['', 'busy', 'busy,60', 'busy,x,1', ',60,1', 'busy,60,1,2'])(
  'a policy by metric is refused as %j',
  (text) => {
    expect(() => parseMetricPolicy(text)).toThrow();
  },
);

describe('a policy', () => {
  test('without an offset is of local time', () => {
    const local = (text: string) => new Date(text).getTime() / 1000;
    expect(parsePolicy('a,1,2027-01-01,2027-01-02T10:30,* * * * * ?')).toMatchObject({
      start_time: local('2027-01-01T00:00'),
      expired_time: local('2027-01-02T10:30'),
    });
  });

  test.each([
    '',
    'a,1,2027-01-01,2027-01-02',
    'a,x,2027-01-01,2027-01-02,* * * * *',
    'a,1,tomorrow,2027-01-02,* * * * *',
    'a,1,2027-13-01,2027-01-02,* * * * *',
  ])('is refused as %j', (text) => {
    expect(() => parsePolicy(text)).toThrow();
  });
});
