import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

const CLIENT = '203.0.113.7';
const PROXY = '127.0.0.1';

/** One server for each list of trusted proxies; requests come over loopback. */
describe.each([
  ['a trusted proxy', [PROXY], CLIENT],
  ['an untrusted peer', ['10.0.0.0/8'], PROXY],
])('X-Forwarded-For of %s', (_, trustedProxies, seen) => {
  let server: FakeServer;
  beforeAll(async () => {
    const handler = (event: Buffer): string => JSON.stringify({ statusCode: 200, body: event.toString() });
    server = await FakeServer.start({ handler }, { trustedProxies });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const wrongLogin = async (name: string, forwardedFor: string): Promise<number> => {
    const user = { name, password: 'wrong', domain: { name: 'default' } };
    const { status } = await fetch(`${server.running.endpoint}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwardedFor },
      body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } }),
    });
    return status;
  };

  it(`says to functions that ${seen} calls`, async () => {
    const params = await server.deploy('hello');
    const event_data = {
      ...{ name: 'API', type: 1, path: '/w', req_method: 'GET', group_id: 'g1', match_mode: 'NORMAL', auth: 'NONE' },
      func_info: { timeout: 5000 },
    };
    const body = { trigger_type_code: 'APIG', event_data } as const;
    const { data } = await server.api.call('createFunctionTrigger', { params, body });
    const answer = await fetch(String(data.event_data.invoke_url), {
      headers: { 'X-Forwarded-For': `1.1.1.1, ${CLIENT}`, 'X-Real-IP': '1.1.1.1', Forwarded: 'for=1.1.1.1' },
    });
    expect(answer.status).toBe(200);
    const event = (await answer.json()) as Record<string, Record<string, string>>;
    expect(event.requestContext).toMatchObject({ sourceIp: seen });
    expect(event.headers).toMatchObject({ 'x-real-ip': seen, 'x-forwarded-for': seen });
    expect(event.headers).not.toHaveProperty('forwarded');
  });

  it(`counts logins of ${seen}, and notes it in the audit log`, async () => {
    // more than one client may fail at once, each for a name of its own
    for (let n = 0; n < 30; n += 1) expect(await wrongLogin(`nobody-${n}`, CLIENT)).toBe(401);
    expect(await wrongLogin('nobody', CLIENT)).toBe(429);
    // a header changes who fails where it is believed alone
    expect(await wrongLogin('nobody', '198.51.100.9')).toBe(seen === CLIENT ? 401 : 429);
    expect(await wrongLogin('nobody', `198.51.100.10, ${CLIENT}`)).toBe(429);
    const { entries } = (await server.api.call('listAudit', { query: { failed: 'true', limit: '60' } as never })).data;
    const addresses = entries.filter(({ operation }) => operation === 'createToken').map((entry) => entry.source_ip);
    expect(addresses).toContain(seen);
    expect(new Set(addresses)).toEqual(new Set(seen === CLIENT ? [CLIENT, '198.51.100.9'] : [PROXY]));
  });
});
