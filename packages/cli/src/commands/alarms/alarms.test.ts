import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const ALARMS = '/v1/p1/alarms';
const ALARM = {
  name: 'fails',
  enabled: true,
  target_urn: 'urn:fss:r1:p1:function:default:hello:!live',
  metric: 'duration',
  statistic: 'average',
  period: 5,
  comparison: '>',
  threshold: 800,
  periods: 3,
  breaching_periods: 2,
  state: 'alarm',
  state_since: '2027-01-01T00:00:00.000Z',
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['alarms', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });
const sent = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? '');

describe('alarms', () => {
  test('create reads the condition, the target and topics by name', async () => {
    server.on(`POST ${ALARMS}`, { status: 201, body: ALARM });
    const { stdout } = await cli(
      ...['create', 'fails', '--function', 'hello', '--alias', 'live', '--when', 'avg duration>800'],
      ...['--periods', '3', '--breaching-periods', '2', '--topic', 'ops', '--topic', 'urn:smn:r1:p1:night'],
      ...['--notify-on', 'alarm', '--missing-data', 'no_data'],
    );
    expect(stdout).toContain('fails: avg duration > 800 in 2 of 3 × 5 min, about default/hello:!live');
    expect(sent(`POST ${ALARMS}`)).toEqual({
      name: 'fails',
      target_urn: 'urn:fss:r1:p1:function:default:hello:!live',
      ...{ metric: 'duration', statistic: 'average', comparison: '>', threshold: 800 },
      ...{ periods: 3, breaching_periods: 2, missing_data: 'no_data' },
      topic_urns: ['urn:smn:r1:p1:ops', 'urn:smn:r1:p1:night'],
      notify_on: ['alarm'],
    });
  });

  test.each([
    ['--flow', 'orders', 'urn:fss:r1:p1:workflow:default:orders:latest'],
    ['--function', 'hello', 'urn:fss:r1:p1:function:default:hello'],
    ['--function', 'urn:fss:r1:p1:function:default:hello:v1', 'urn:fss:r1:p1:function:default:hello:v1'],
  ])('create is about %s %s', async (flag, name, urn) => {
    server.on(`POST ${ALARMS}`, { status: 201, body: ALARM });
    await cli('create', 'fails', flag, name, '--when', 'sum count < 1');
    expect(sent(`POST ${ALARMS}`)).toMatchObject({ target_urn: urn, comparison: '<', threshold: 1 });
  });

  test.each([
    [['--function', 'hello'], '--when is missing'],
    [['--function', 'hello', '--when', 'many failcount > 1'], 'is not a condition'],
    [['--function', 'hello', '--when', 'sum failcount > 1.2.3'], 'is not a condition'],
    [['--when', 'sum failcount > 1'], 'give --function or --flow'],
    [['--function', 'hello', '--flow', 'orders', '--when', 'sum failcount > 1'], 'give --function or --flow'],
  ])('create refuses %j before any request', async (flags, text) => {
    const { exitCode, stderr } = await cli('create', 'fails', ...flags);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(text)]);
    expect(server.seen).toEqual([]);
  });

  test('update changes only what it names, and can remove all topics', async () => {
    server.on(`PUT ${ALARMS}/fails`, { body: ALARM });
    await cli('update', 'fails', '--no-topics');
    expect(sent(`PUT ${ALARMS}/fails`)).toEqual({ topic_urns: [] });
    expect((await cli('update', 'fails', '--no-topics', '--topic', 'ops')).exitCode).toBe(2);
    expect((await cli('disable', 'fails')).stdout).toContain('fails: disabled');
    expect(JSON.parse(server.requests(`PUT ${ALARMS}/fails`)[1]?.body.toString() ?? '')).toEqual({ enabled: false });
  });

  test('list reads all pages and shows disabled rules as such', async () => {
    server.on(`GET ${ALARMS}`, ({ query }) => ({
      body:
        query.get('marker') === 'fails'
          ? { alarms: [{ ...ALARM, name: 'off', enabled: false }], next_marker: '' }
          : { alarms: [ALARM], next_marker: 'fails' },
    }));
    const { stdout } = await cli('list', '--state', 'alarm');
    expect(stdout).toMatch(/fails\s+alarm\s.*avg duration > 800 in 2 of 3 × 5 min\s+default\/hello:!live/);
    expect(stdout).toMatch(/off\s+disabled/);
    expect(server.requests(`GET ${ALARMS}`)[1]?.query.get('state')).toBe('alarm');
  });

  test('history shows what became of the messages', async () => {
    const change = { id: 'a-1', time: '2027-01-01T00:00:00Z', previous_state: 'ok', state: 'alarm', value: 3 };
    const notices = [
      { topic_urn: 't', message_id: 'm1', error: '' },
      { topic_urn: 'u', message_id: '', error: 'the project has no topic u' },
    ];
    server.on(`GET ${ALARMS}/fails/history`, { body: { changes: [{ ...change, notices }] } });
    expect((await cli('history', 'fails')).stdout).toMatch(/ok\s+alarm\s+3\s+m1; the project has no topic u/);
  });

  test('delete asks first', async () => {
    server.on(`DELETE ${ALARMS}/fails`, { status: 204 });
    expect((await cli('delete', 'fails')).exitCode).toBe(2);
    expect((await cli('delete', 'fails', '--yes')).stdout).toContain('deleted rule fails');
  });
});
