import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../testing/run-cli.ts';

const APPS = '/v1/p1/gateway-apps';
const TRIGGERS = '/v2/p1/fgs/triggers/urn:fss:r1:p1:function:default:hello';
const TIME = '2027-01-01T00:00:00+00:00';
const APP = {
  id: 'a1',
  name: 'partner',
  description: '',
  app_key: 'key-1234',
  created_time: TIME,
  last_updated_time: TIME,
};
const SECRETS = { ...APP, app_secret: 'the-secret', app_code: 'the-code' };
const TRIGGER = { trigger_id: 't1', trigger_type_code: 'APIG', trigger_status: 'ACTIVE', event_data: { name: 'api' } };

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on(`GET ${APPS}`, { body: { apps: [APP] } });
  server.on(`GET ${TRIGGERS}`, { body: [TRIGGER] });
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['gateway-apps', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });

describe('gateway-apps', () => {
  test('create shows the secrets, this once', async () => {
    server.on(`POST ${APPS}`, { status: 201, body: SECRETS });
    const { stdout, exitCode } = await cli('create', 'partner', '--description', 'our shop');
    expect(exitCode).toBe(0);
    for (const text of ['key-1234', 'the-secret', 'the-code']) expect(stdout).toContain(text);
    const sent = server.requests(`POST ${APPS}`)[0]?.body.toString() ?? '';
    expect(JSON.parse(sent)).toEqual({ name: 'partner', description: 'our shop' });
  });

  test('list has no secrets, and prints the command to create the first', async () => {
    expect((await cli('list')).stdout).toContain('key-1234');
    server.on(`GET ${APPS}`, { body: { apps: [] } });
    expect((await cli('list')).stdout).toContain('fgs gateway-apps create NAME');
  });

  test('bind and unbind find the app and the trigger by their names', async () => {
    server.on(`PUT ${APPS}/a1/triggers/t1`, { body: {} });
    server.on(`DELETE ${APPS}/a1/triggers/t1`, { status: 204, body: {} });
    expect((await cli('bind', 'partner', 'hello', 'api')).stdout).toContain('partner may call api of hello');
    expect((await cli('unbind', 'partner', 'hello', 'api')).stdout).toContain('may not call api of hello any more');
    const unknown = await cli('bind', 'nobody', 'hello', 'api');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('there are: partner')]);
  });

  test('renew, show and delete ask for the app by its id', async () => {
    server.on(`PUT ${APPS}/a1/secret`, { body: SECRETS });
    server.on(`GET ${APPS}/a1`, { body: { ...APP, triggers: [] } });
    server.on(`DELETE ${APPS}/a1`, { status: 204, body: {} });
    expect((await cli('renew', 'partner')).stdout).toContain('the-code');
    expect((await cli('show', 'a1')).stdout).toContain('key-1234');
    expect((await cli('delete', 'partner', '--yes')).stdout).toContain('deleted app partner');
    expect(server.requests(`DELETE ${APPS}/a1`)).toHaveLength(1);
  });
});
