import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const TOPICS = '/v2/p1/notifications/topics';
const URN = 'urn:smn:r1:p1:orders';
const SUBSCRIPTIONS = `${TOPICS}/${URN}/subscriptions`;
const SUBSCRIPTION_URN = `${URN}:${'0'.repeat(32)}`;
const HOOK = 'https://shop.example.com/hook';

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (...argv: string[]): Promise<CliRun> =>
  runCli(['topics', ...argv], { env: serverEnv(server.endpoint), cwd: '/' });
const sent = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? '');

describe('topics', () => {
  test('publish sends subject, attributes with one or several values, and the time to live', async () => {
    server.on(`POST ${TOPICS}/${URN}/publish`, { body: { request_id: 'r', message_id: 'm1' } });
    const flags = ['--subject', 'S', '--attribute', 'kind=paid', '--attribute', 'tags=a|b', '--time-to-live', '60'];
    const { stdout } = await cli('publish', 'orders', 'text', ...flags);
    expect(stdout).toContain('published as m1');
    expect(sent(`POST ${TOPICS}/${URN}/publish`)).toEqual({
      message: 'text',
      subject: 'S',
      time_to_live: '60',
      message_attributes: [
        { name: 'kind', type: 'STRING', value: 'paid' },
        { name: 'tags', type: 'STRING_ARRAY', value: ['a', 'b'] },
      ],
    });
  });

  test('publish refuses an attribute without a value, and a name that is none', async () => {
    for (const argv of [
      ['publish', 'orders', 'text', '--attribute', 'kind'],
      ['publish', 'a b', 'text'],
    ]) {
      expect((await cli(...argv)).exitCode).toBe(2);
    }
  });

  test.each([
    [HOOK, 'https'],
    ['http://shop.example.com/', 'http'],
    ['ann@example.org', 'email'],
    ['urn:fss:r1:p1:function:default:hello:latest', 'functiongraph'],
    ['urn:fss:r1:p1:workflow:default:order:latest', 'flow'],
  ])('subscriptions add knows the protocol of %s', async (endpoint, protocol) => {
    server.on(`POST ${SUBSCRIPTIONS}`, { status: 201, body: { request_id: 'r', subscription_urn: SUBSCRIPTION_URN } });
    const { stdout } = await cli('subscriptions', 'add', 'orders', endpoint);
    expect(stdout).toContain(SUBSCRIPTION_URN);
    expect(stdout.includes('once it is confirmed')).toBe(!endpoint.startsWith('urn:'));
    expect(sent(`POST ${SUBSCRIPTIONS}`)).toEqual({ endpoint, protocol });
  });

  test('subscriptions add refuses what is no endpoint before any request', async () => {
    const { exitCode, stderr } = await cli('subscriptions', 'add', 'orders', 'hello');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is no endpoint')]);
  });

  test('subscriptions remove finds one by its endpoint', async () => {
    const one = {
      endpoint: HOOK,
      subscription_urn: SUBSCRIPTION_URN,
      protocol: 'https',
      filter_polices: [],
      status: 1,
    };
    server.on(`GET ${SUBSCRIPTIONS}`, { body: { subscription_count: 1, subscriptions: [one] } });
    server.on(`DELETE /v2/p1/notifications/subscriptions/${SUBSCRIPTION_URN}`, { body: { request_id: 'r' } });
    expect((await cli('subscriptions', 'list', 'orders')).stdout).toMatch(/https\s+https:\/\/shop\S+\s+confirmed/);
    expect((await cli('subscriptions', 'remove', 'orders', HOOK, '--yes')).stdout).toContain(
      'not subscribed to orders',
    );
    expect((await cli('subscriptions', 'remove', 'orders', 'http://other/', '--yes')).exitCode).toBe(2);
  });
});
