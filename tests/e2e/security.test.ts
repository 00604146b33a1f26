import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  deploy,
  invoke,
  type RawAnswer,
  request,
  runtimeOf,
  signIn as signInAt,
  unsigned,
} from '../functions.ts';
import { openRaw, type RawConnection } from '../raw-connection.ts';
import { TestServer } from '../server.ts';

const MINUTE_MS = 60_000;

let server: TestServer;
let urn: string;
let token: string;

beforeAll(async () => {
  server = await TestServer.start();
  const source = 'exports.handler = async (event, context) => "ran " + JSON.stringify(event);';
  const runtime = await runtimeOf(server, 'Node.js');
  urn = await deploy(server, { name: 'guarded', runtime, files: { 'index.js': source } });
  const login = await signIn(server.credentials.user, server.credentials.password);
  expect(login.status).toBe(201);
  token = login.headers.get('x-subject-token') ?? '';
  expect(token.length).toBeGreaterThan(30);
});
afterAll(() => server?.stop());

const invocations = (of = urn): string => `/v2/${server.credentials.project_id}/fgs/functions/${of}/invocations`;
const functions = (): string => `/v2/${server.credentials.project_id}/fgs/functions`;

const signIn = (name: string, password: string, scope?: object): Promise<RawAnswer> =>
  signInAt(server, name, password, scope);

/** What an answer says, without what differs between any two answers. */
function essence({ status, json }: RawAnswer): unknown {
  const { request_id: _, ...rest } = json;
  return [status, rest];
}

describe('a signature', () => {
  it.each<[string, () => Promise<RawAnswer>]>([
    ['none at all', () => unsigned(server.endpoint + invocations(), { method: 'POST', body: '{}' })],
    ['of an unknown key', () => request(server, { path: invocations(), body: '{}', accessKey: 'UNKNOWN' })],
    ['with a wrong secret', () => request(server, { path: invocations(), body: '{}', secretKey: 'wrong' })],
    ['for another body', () => request(server, { path: invocations(), body: '{}', tamper: { body: '{"evil":1}' } })],
    [
      'for another path',
      () => request(server, { path: invocations(), body: '{}', tamper: { path: `${invocations()}-async` } }),
    ],
    [
      'for another query',
      () => request(server, { method: 'GET', path: functions(), tamper: { path: `${functions()}?maxitems=1` } }),
    ],
    [
      'for another method',
      () => request(server, { method: 'GET', path: `${functions()}/${urn}`, tamper: { method: 'DELETE' } }),
    ],
    ['that is late', () => request(server, { path: invocations(), body: '{}', nowMs: Date.now() - 16 * MINUTE_MS })],
    ['from the future', () => request(server, { path: invocations(), body: '{}', nowMs: Date.now() + 16 * MINUTE_MS })],
    [
      'with another signed header',
      () =>
        request(server, {
          path: invocations(),
          headers: { 'X-Cff-Instance-Memory': '128' },
          body: '{}',
          tamper: { headers: { 'X-Cff-Instance-Memory': '4096' } },
        }),
    ],
    [
      'with an unsigned content hash',
      () =>
        request(server, {
          path: invocations(),
          body: '{}',
          tamper: { headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } },
        }),
    ],
    [
      'that is not one',
      () =>
        unsigned(server.endpoint + invocations(), {
          method: 'POST',
          body: '{}',
          headers: { Authorization: 'Basic eA==' },
        }),
    ],
  ])('%s is refused, and the answer is the same for each', async (_, attempt) => {
    const reference = await unsigned(server.endpoint + invocations(), { method: 'POST', body: '{}' });
    const answer = await attempt();
    expect(answer.status).toBe(401);
    expect(answer.json).toMatchObject({ error_code: 'FSS.0401' });
    expect(essence(answer)).toEqual(essence(reference));
  });

  it('that is right lets the call through, also with a clock some minutes off', async () => {
    const answer = await request(server, { path: invocations(), body: '{"a":1}', nowMs: Date.now() - 10 * MINUTE_MS });
    expect([answer.status, answer.text]).toEqual([200, 'ran {"a":1}']);
  });
});

describe('projects and functions of others', () => {
  const other = '0123456789abcdef0123456789abcdef';

  it('cannot be reached by path or URN, and the answer does not say whether they exist', async () => {
    const foreign = await request(server, { method: 'GET', path: `/v2/${other}/fgs/functions` });
    expect([foreign.status, foreign.json.error_code]).toEqual([403, 'FSS.0403']);
    const missing = await request(server, { method: 'GET', path: '/v2/nowhere/fgs/functions' });
    expect(essence(missing)).toEqual(essence(foreign));

    const byUrn = await call(server, urn.replace(server.credentials.project_id, other));
    expect([byUrn.status, byUrn.json.error_code]).toEqual([403, 'FSS.0403']);
    const byBoth = await request(server, {
      path: `/v2/${other}/fgs/functions/${urn.replace(server.credentials.project_id, other)}/invocations`,
      body: '{}',
    });
    expect(byBoth.status).toBe(403);
    const receipt = await request(server, {
      method: 'GET',
      path: `/v1/${other}/invocations/${(await invoke(server, urn)).requestId}`,
    });
    expect(receipt.status).toBe(403);
  });
});

describe('a token', () => {
  const withToken = (value: string, path = functions()): Promise<RawAnswer> =>
    unsigned(server.endpoint + path, { headers: { 'X-Auth-Token': value } });

  it('from a login lets calls through, in its project only', async () => {
    expect((await withToken(token)).status).toBe(200);
    expect((await withToken(token, '/v2/nowhere/fgs/functions')).status).toBe(403);
  });

  it('that is made up, cut or empty is refused like a wrong signature', async () => {
    const reference = essence(await unsigned(server.endpoint + functions(), {}));
    for (const value of ['nonsense', token.slice(0, -1), `${token}x`, '', 'x'.repeat(4000)]) {
      expect(essence(await withToken(value)), value.slice(0, 20)).toEqual(reference);
    }
  });

  it('does not help a request whose signature is wrong', async () => {
    const answer = await request(server, {
      method: 'GET',
      path: functions(),
      secretKey: 'wrong',
      headers: { 'X-Auth-Token': token },
    });
    expect(answer.status).toBe(401);
  });
});

describe('a login', () => {
  it('with a wrong password, an unknown user or a foreign project gets one and the same answer', async () => {
    const wrong = await signIn(server.credentials.user, 'wrong');
    expect([wrong.status, wrong.json.error_code]).toEqual([401, 'FSS.0401']);
    expect(essence(await signIn('nobody', 'wrong'))).toEqual(essence(wrong));
    const foreign = await signIn(server.credentials.user, server.credentials.password, { project: { id: 'nowhere' } });
    expect(essence(foreign)).toEqual(essence(wrong));
  });

  it.each(['someone', 'admin'])('is throttled after some failures for %s, known or not', async (name) => {
    const answers: RawAnswer[] = [];
    for (let n = 0; n < 7; n += 1) answers.push(await signIn(name, `wrong ${n}`));
    expect(answers.at(-1)?.status).toBe(429);
    expect(answers[0]?.status).not.toBe(201);
    // Keys are not passwords: who has one goes on working.
    expect((await invoke(server, urn, { a: 2 })).text).toBe('ran {"a":2}');
  });
});

describe('what is not an operation', () => {
  it('is answered 404 in the common form, with or without a signature', async () => {
    for (const path of ['/v2', '/v9/x', '/v2/%2e%2e/%2e%2e/etc/passwd', `${functions()}/x/y/z`, '/.git/config']) {
      const answer = await unsigned(server.endpoint + path, {});
      expect([answer.status, answer.json.error_code], path).toEqual([404, 'FSS.0404']);
      expect(answer.json.request_id).toBe(answer.headers.get('x-request-id'));
    }
    expect((await request(server, { method: 'PATCH', path: functions() })).status).toBe(404);
  });

  it('shows nothing of the inside when the request is malformed', async () => {
    const refused = { '{': 406, '[]': 400, '"x"': 400, '{"func_name":{}}': 400, '\u0000': 406 };
    for (const [body, status] of Object.entries(refused)) {
      const answer = await request(server, { path: functions(), body });
      expect(answer.status, body).toBe(status);
      expect(answer.text).not.toMatch(/node_modules|\.ts:|at (?:async |new )?\S+ \(/);
    }
    const bad = await unsigned(`${server.endpoint}/v2/%zz/fgs/functions`, {});
    expect(bad.status).toBe(400);
    expect(bad.text).not.toMatch(/node_modules|\.ts:/);
  });
});

describe('connections of attackers', () => {
  const open = (): Promise<RawConnection> => openRaw(server.endpoint);
  const expectAlive = async (): Promise<void> => {
    expect((await invoke(server, urn, { a: 3 })).text).toBe('ran {"a":3}');
  };

  it('a huge body without a valid signature is refused before it is sent', async () => {
    const { send, answer, end } = await open();
    send(
      `POST ${functions()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 70000000\r\n\r\n{`,
    );
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    end();
    await expectAlive();
  });

  it('a body of unknown length without a valid signature is refused before it is sent', async () => {
    const { send, answer, end } = await open();
    send(`POST ${functions()} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    end();
    await expectAlive();
  });

  it('a body over the limit of a public operation is refused before it is sent', async () => {
    const { send, answer, end } = await open();
    send('POST /v3/auth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n{');
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
    end();
    await expectAlive();
  });

  it('headers that are too large, too many or no HTTP at all end their connection only', async () => {
    const many = Array.from({ length: 5000 }, (_, n) => `H${n}: x\r\n`).join('');
    for (const text of [
      `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\n${many}\r\n`,
      'NOT HTTP\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000',
    ]) {
      const { send, answer, end } = await open();
      send(text);
      expect(await answer).not.toMatch(/^HTTP\/1\.1 (2|5)/);
      end();
    }
    await expectAlive();
  });

  it('many connections that dribble their request do not keep others from being served', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    for (const { send } of slow) send(`POST ${invocations()} HTTP/1.1\r\nHost: x\r\n`);
    await expectAlive();
    for (const { send } of slow) send('X-Slow: 1\r\n');
    await expectAlive();
    for (const { end } of slow) end();
  });
});

it('the server logs no secret', () => {
  const { secret_key, password } = server.credentials;
  for (const secret of [secret_key, password, token]) expect(server.log).not.toContain(secret);
});
