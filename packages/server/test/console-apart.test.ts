import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Browser } from './console-browser.ts';
import { FakeServer } from './fake-server.ts';

let server: FakeServer;
let path: string;

beforeAll(async () => {
  const page = { 'Content-Type': 'text/html', 'Set-Cookie': '__Host-fgs-session=planted; Secure; Path=/' };
  // a page that sets the cookie of the console, and says what it got
  const handler = (event: Buffer): string => {
    const { headers } = JSON.parse(event.toString()) as { headers: Record<string, string> };
    return JSON.stringify({ statusCode: 200, headers: page, body: headers.cookie ?? 'no cookie' });
  };
  server = await FakeServer.start({ handler });
  const params = await server.deploy('page');
  const event_data = {
    ...{ name: 'API', type: 1, path: '/page', req_method: 'GET', group_id: 'g1', match_mode: 'NORMAL', auth: 'NONE' },
    func_info: { timeout: 5000 },
  };
  const body = { trigger_type_code: 'APIG', event_data } as const;
  const { data } = await server.api.call('createFunctionTrigger', { params, body });
  path = new URL(String(data.event_data.invoke_url)).pathname;
});
afterAll(() => server?.[Symbol.asyncDispose]());

function open(host: string, cookie?: string): Promise<Answer> {
  const { port } = new URL(server.running.gateway);
  return new Browser(server.running.gateway, `${host}:${port}`).send('GET', path, { headers: { cookie } });
}

describe('a page of a function', () => {
  it('gets no session of the console, and all other cookies', async () => {
    const page = new Browser(server.running.endpoint);
    await page.signIn(server.user);
    const [session] = [...page.cookies].map((pair) => pair.join('='));
    expect((await open('localhost', `a=1; ${session}; b=2`)).text).toBe('a=1; b=2');
    expect((await open('localhost', session)).text).toBe('no cookie');
    expect((await open('127.0.0.1', `fgs-session=x;${session}; theme=dark`)).text).toBe('theme=dark');
    expect((await open('127.0.0.1', 'my-fgs-session=x')).text).toBe('my-fgs-session=x');
  });

  it('sets no session of the console', async () => {
    const { status, headers } = await open('localhost');
    expect([status, headers['set-cookie']]).toEqual([200, undefined]);
  });

  it('has an origin of its own at the host of the console, and keeps that of its address elsewhere', async () => {
    expect((await open('localhost')).headers['content-security-policy']).toMatch(/^sandbox (?!.*allow-same-origin)/);
    for (const host of ['127.0.0.1', 'app.localhost', 'app.example.com']) {
      expect((await open(host)).headers).not.toHaveProperty('content-security-policy');
    }
  });

  it('uses no session: the cookie is no proof on the gateway', async () => {
    const { project_id, function_urn } = await server.deploy('private');
    const fn = { project_id, function_urn: function_urn.replace(/:latest$/, '') };
    const { data } = await server.api.call('setFunctionUrl', { params: fn, body: { enabled: true, auth: 'iam' } });
    const page = new Browser(server.running.endpoint);
    await page.signIn(server.user);
    const [cookie] = [...page.cookies].map((pair) => pair.join('='));
    const answer = await new Browser(server.running.gateway).send('GET', data.path, { headers: { cookie } });
    expect(answer.status).toBe(401);
  });
});
