import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const ALL = (qualifier = '') => `/v2/p1/fgs/triggers/${URN}${qualifier}`;
const TIMER = {
  trigger_id: 't1',
  trigger_type_code: 'TIMER',
  trigger_status: 'ACTIVE',
  event_data: { name: 'timer', schedule_type: 'Rate', schedule: '15m' },
  func_urn: `${URN}:latest`,
  created_time: '2027-01-01T00:00:00+00:00',
  last_updated_time: '2027-01-01T00:00:00+00:00',
};
const API = {
  ...TIMER,
  trigger_id: 't2',
  trigger_type_code: 'APIG',
  event_data: {
    name: 'api',
    req_method: 'GET',
    match_mode: 'SWA',
    env_name: 'TEST',
    auth: 'IAM',
    invoke_url: 'http://127.0.0.1:8081/api/p1/g/a',
  },
  func_urn: `${URN}:!live`,
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on(`GET ${ALL()}`, { body: [TIMER, API, { ...API, trigger_id: 't3', func_urn: `${URN}:v1` }] });
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/' });
const sent = (route: string): unknown => JSON.parse(server.requests(route).at(-1)?.body.toString() ?? 'null');

describe('triggers create', () => {
  test('shows the next three times of a timer on its own clock, and warns of a line from a crontab', async () => {
    const event_data = { name: 'timer', schedule_type: 'Cron', schedule: 'CRON_TZ=Asia/Shanghai 0 0 8 * * 1-5' };
    server.on(`POST ${ALL()}`, { status: 201, body: { ...TIMER, event_data } });
    const run = (cron: string) =>
      runCli(['triggers', 'create', 'hello', '--cron', cron], {
        env: serverEnv(server.endpoint),
        now: () => Date.UTC(2027, 0, 1),
      });
    const whole = await run('0 0 8 * * 1-5');
    expect(whole.stdout).toContain(
      'next: 2027-01-04T08:00:00+08:00, 2027-01-05T08:00:00+08:00, 2027-01-06T08:00:00+08:00\n',
    );
    expect(whole.stdout).not.toContain('warning');
    expect((await run('0 8 * * 1-5')).stdout).toContain('use --cron "0 0 8 * * 1-5"\n');
  });

  test.each<[string[], object]>([
    [['--every', '15m'], { name: 'timer', schedule_type: 'Rate', schedule: '15m' }],
    [['--every', '30s', '--name', 'n'], { name: 'n', schedule_type: 'Cron', schedule: '@every 30s' }],
    [
      ['--cron', '0 0 8 * * ?', '--time-zone', 'Asia/Shanghai', '--event', '{"a":1}'],
      {
        name: 'timer',
        schedule_type: 'Cron',
        schedule: 'CRON_TZ=Asia/Shanghai 0 0 8 * * ?',
        user_event: '{"a":1}',
      },
    ],
  ])('makes a timer from %j', async (flags, event_data) => {
    server.on(`POST ${ALL()}`, { status: 201, body: TIMER });
    const run = await cli('triggers', 'create', 'hello', ...flags);
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^hello: Rate 15m\nnext: /) });
    expect(sent(`POST ${ALL()}`)).toEqual({ trigger_type_code: 'TIMER', event_data });
  });

  test.each<[string[], object]>([
    [[], { name: 'objects', bucket: 'photos', events: ['ObjectCreated'] }],
    [
      ['--on', 'Put', '--on', 'ObjectRemoved', '--prefix', 'in/', '--suffix', '.png', '--name', 'n'],
      { name: 'n', bucket: 'photos', events: ['Put', 'ObjectRemoved'], prefix: 'in/', suffix: '.png' },
    ],
  ])('makes a trigger of a bucket with %j', async (flags, event_data) => {
    const made = { ...TIMER, trigger_type_code: 'OBS', event_data: { ...event_data, prefix: 'in/' } };
    server.on(`POST ${ALL()}`, { status: 201, body: made });
    const run = await cli('triggers', 'create', 'hello', '--bucket', 'photos', ...flags);
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^hello: .* in photos\/in\/\*/) });
    expect(sent(`POST ${ALL()}`)).toEqual({ trigger_type_code: 'OBS', event_data });
  });

  test('sends a password from standard input or a file of settings, which no other user of the machine sees', async () => {
    const event_data = { name: 'shop', exchange_name: 'e' };
    server.on(`POST ${ALL()}`, { status: 201, body: { ...TIMER, trigger_type_code: 'RABBITMQ', event_data } });
    const shop = ['triggers', 'create', 'hello', '--type', 'RABBITMQ', '--name', 'shop'];
    await runCli([...shop, '--setting', 'exchange_name=e', '--password-stdin'], {
      ...{ env: serverEnv(server.endpoint), cwd: '/' },
      stdin: Readable.from(['{secret}\nrest']),
    });
    expect(sent(`POST ${ALL()}`)).toMatchObject({ event_data: { exchange_name: 'e', access_password: '{secret}' } });
    const folder = await mkdtemp(join(tmpdir(), 'fgs-settings-'));
    await writeFile(join(folder, 'shop'), '# of the shop\nexchange_name=from the file\naccess_password=[secret\n');
    await cli(...shop, '--setting-file', join(folder, 'shop'), '--setting', 'exchange_name=e');
    expect(sent(`POST ${ALL()}`)).toMatchObject({ event_data: { exchange_name: 'e', access_password: '[secret' } });
    await rm(folder, { recursive: true });
    const timer = await cli('triggers', 'create', 'hello', '--type', 'TIMER', '--name', 'n', '--password-stdin');
    expect(timer).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--password-stdin is not for type TIMER'),
    });
  });

  test('makes a gateway route, for an alias, with the given settings', async () => {
    server.on(`POST ${ALL(':!live')}`, { status: 201, body: API });
    const usual = await cli('triggers', 'create', 'hello', '--alias', 'live', '--path', '/a');
    expect(usual.stdout).toBe('hello: GET http://127.0.0.1:8081/api/p1/g/a and below in TEST (IAM)\n');
    const data = { name: 'api', type: 1, path: '/a', req_method: 'ANY', match_mode: 'SWA', auth: 'IAM' };
    const func_info = { timeout: 5000, invocation_type: 'sync' };
    expect(sent(`POST ${ALL(':!live')}`)).toEqual({
      trigger_type_code: 'APIG',
      event_data: { ...data, func_info },
    });
    const flags = '--method get --exact --auth none --group g --stage TEST --wait 60000 --async'.split(' ');
    await cli('triggers', 'create', 'hello', '--alias', 'live', '--path', '/a', ...flags);
    expect(sent(`POST ${ALL(':!live')}`)).toMatchObject({
      event_data: {
        req_method: 'GET',
        match_mode: 'NORMAL',
        auth: 'NONE',
        group_id: 'g',
        env_name: 'TEST',
        func_info: { timeout: 60_000, invocation_type: 'async' },
      },
    });
  });

  test('can make a timer that does not run yet', async () => {
    server.on(`POST ${ALL(':v1')}`, { status: 201, body: { ...TIMER, trigger_status: 'DISABLED' } });
    const run = await cli('triggers', 'create', 'hello', '--every', '1h', '--disabled', '--version', 'v1');
    expect(run.stdout).toContain('disabled');
    expect(sent(`POST ${ALL(':v1')}`)).toMatchObject({ trigger_status: 'DISABLED' });
  });

  test('makes a trigger of any type from its settings', async () => {
    server.on(`POST ${ALL()}`, { status: 201, body: API });
    const flags = [
      '--setting',
      'type=1',
      '--setting',
      'path=/a',
      '--setting',
      'func_info={"timeout":9}',
      '--name',
      'a',
    ];
    expect(await cli('triggers', 'create', 'hello', '--type', 'DEDICATEDGATEWAY', ...flags)).toMatchObject({
      exitCode: 0,
    });
    expect(sent(`POST ${ALL()}`)).toEqual({
      trigger_type_code: 'DEDICATEDGATEWAY',
      event_data: { name: 'a', type: '1', path: '/a', func_info: { timeout: 9 } },
    });
  });

  test('changes settings and the password of a trigger, and sends nothing else', async () => {
    const shop = { ...TIMER, trigger_type_code: 'RABBITMQ', event_data: { name: 'shop', exchange_name: 'e' } };
    server.on(`GET ${ALL()}`, { body: [shop] });
    const place = `PUT ${ALL()}/RABBITMQ/t1`;
    server.on(place, { body: shop });
    const run = await runCli(
      ['triggers', 'update', 'hello', 'shop', '--setting', 'batch_size=20', '--password-stdin'],
      { env: serverEnv(server.endpoint), cwd: '/', stdin: Readable.from(['[new\n']) },
    );
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^shop: /) });
    expect(run.stdout + run.stderr).not.toContain('[new');
    expect(sent(place)).toEqual({ event_data: { batch_size: '20', access_password: '[new' } });
    const nothing = await cli('triggers', 'update', 'hello', 'shop');
    expect(nothing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('give --setting') });
  });

  test('prints the address and the secret of an event webhook', async () => {
    const event_data = { name: 'orders', types: ['a.*', 'b'] };
    const made = { ...TIMER, trigger_type_code: 'EVENT', secret: 'whsec_abc' };
    const shown = { ...event_data, invoke_url: 'http://127.0.0.1:8081/events/t1' };
    server.on(`POST ${ALL()}`, { status: 201, body: { ...made, event_data: shown } });
    const flags = ['--type', 'EVENT', '--name', 'orders', '--setting', 'types=["a.*","b"]'];
    const run = await cli('triggers', 'create', 'hello', ...flags);
    expect(run.stdout).toBe(
      'hello: CloudEvents of type a.*, b at http://127.0.0.1:8081/events/t1\nsecret: whsec_abc\n',
    );
    expect(sent(`POST ${ALL()}`)).toEqual({ trigger_type_code: 'EVENT', event_data });
    const renewed = { ...made, event_data: shown, secret: 'whsec_new' };
    server.on(`PUT /v1/p1/functions/${URN}/triggers/t1/secret`, { body: renewed });
    expect((await cli('triggers', 'renew-secret', 'hello', 't1')).stdout).toBe('orders: renewed\nsecret: whsec_new\n');
  });

  test.each([
    [[]],
    [['--type', 'ROCKETMQ']],
    [['--every', '1m', '--bucket', 'b']],
    [['--every', '1m', '--prefix', 'p']],
    [['--path', '/', '--on', 'Put']],
    [['--bucket', 'b', '--disabled']],
    [['--bucket', 'b', '--auth', 'none']],
    [['--type', 'TIMER', '--every', '1m']],
    [['--type', 'TIMER', '--event', 'x']],
    [['--type', 'APIG', '--exact']],
    [['--type', 'APIG', '--setting', 'path']],
    [['--type', 'APIG', '--setting', 'func_info={']],
    [['--every', '1m', '--setting', 'schedule=1m']],
    [['--every', '1m', '--path', '/']],
    [['--every', '1m', '--cron', '0 0 8 * * ?']],
    [['--every', '1m', '--time-zone', 'UTC']],
    [['--every', '1m', '--auth', 'none']],
    [['--every', '1m', '--exact']],
    [['--every', '1m', '--version', 'v1', '--alias', 'live']],
    [['--path', '/', '--event', 'x']],
    [['--path', '/', '--disabled']],
    [['--path', '/', '--auth', 'ldap']],
  ])('sends nothing for %j', async (flags) => {
    expect(await cli('triggers', 'create', 'hello', ...flags)).toMatchObject({ exitCode: 2 });
    expect(server.seen).toEqual([]);
  });
});

test('lists triggers with the version or alias that they start', async () => {
  const { stdout } = await cli('triggers', 'list', 'hello');
  expect(stdout).toMatch(/timer +TIMER +latest +ACTIVE +Rate 15m +t1/);
  expect(stdout).toMatch(/api +APIG +!live +ACTIVE +GET http:\S+ and below in TEST \(IAM\) +t2/);
});

test('shows, switches and deletes one by its name or id', async () => {
  const one = `${ALL()}/TIMER/t1`;
  server.on(`GET ${one}`, { body: TIMER });
  expect((await cli('triggers', 'show', 'hello', 't1')).stdout).toContain('15m');
  server.on(`PUT ${one}`, { body: { ...TIMER, trigger_status: 'DISABLED' } });
  expect((await cli('triggers', 'disable', 'hello', 'timer')).stdout).toBe('timer: DISABLED\n');
  expect(sent(`PUT ${one}`)).toEqual({ trigger_status: 'DISABLED' });
  await cli('triggers', 'enable', 'hello', 't1');
  expect(sent(`PUT ${one}`)).toEqual({ trigger_status: 'ACTIVE' });
  server.on(`DELETE ${one}`, { status: 204 });
  expect((await cli('triggers', 'delete', 'hello', 'timer', '--yes')).stdout).toContain('deleted');
  expect(server.requests(`DELETE ${one}`)).toHaveLength(1);
});

test('lists the addresses of routes for scripts', async () => {
  const { stdout } = await cli('triggers', 'list', 'hello', '--field', 'url');
  expect(stdout.trim().split('\n')).toContain('http://127.0.0.1:8081/api/p1/g/a');
});

test('lists the existing ones for an unknown name, and requires the id for an ambiguous one', async () => {
  expect(await cli('triggers', 'show', 'hello', 'bob')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('there are: timer, api, api'),
  });
  expect(await cli('triggers', 'delete', 'hello', 'api', '--yes')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('several triggers are called'),
  });
  server.on(`GET ${ALL()}/APIG/t3`, { body: API });
  expect((await cli('triggers', 'show', 'hello', 't3')).exitCode).toBe(0);
});
