import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from '../server.ts';

/** Ms between sending the token of a link and the kill of the server. */
const KILLED_AFTER_MS = [0, 2, 4, 8, 16];
const REFUSED = 401;

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

function send(method: 'GET' | 'POST', headers: Record<string, string>, body?: unknown): Promise<Response> {
  const { endpoint } = server.credentials;
  const own = { 'X-Fgs-Console': '1', 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };
  return fetch(`${endpoint}/v1/console/session`, {
    method,
    headers: { ...own, Origin: endpoint, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

it('a link whose server is killed while it signs in works again or says why not, and each cookie is of its user', async () => {
  for (const wait of KILLED_AFTER_MS) {
    const { data } = await server.api.call('createConsoleLink');
    const token = data.url.split('#token=')[1] ?? '';
    const signingIn = send('POST', {}, { token }).then(cookieOf, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, wait));
    await server.kill('SIGKILL');
    const cookie = await signingIn;
    await server.restart();

    const again = await send('POST', {}, { token });
    const text = await again.text();
    // what was answered is stored: the link is used
    if (cookie !== undefined) expect(again.status).toBe(REFUSED);
    if (again.status === REFUSED) expect(text).toMatch(/used before/);
    else expect(again.status).toBe(200);
    for (const known of [cookie, cookieOf(again)]) {
      if (!known) continue;
      const session = await send('GET', { cookie: known });
      const { user } = (await session.json()) as { user?: string };
      expect([session.status, user]).toEqual([200, server.credentials.user]);
    }
    expect((await send('GET', {})).status).toBe(REFUSED);
  }
});
