import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRaw, type RawConnection } from '../../../../tests/raw-connection.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { FakeServer } from '../fake-server.ts';
import { send, sign, type Wish } from './raw-requests.ts';

const LIMIT = { timeout: 120_000 };

let server: FakeServer;
const connections: RawConnection[] = [];
beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '' }, {}, pino({ level: 'silent' }), {
    clock: new ManualClock(Date.now()),
  });
  await send(server, { method: 'PUT', target: '/door' });
});
afterAll(async () => {
  for (const connection of connections) connection.end();
  await server[Symbol.asyncDispose]();
});

async function raw(text: string): Promise<RawConnection> {
  const connection = await openRaw(server.running.storage);
  connections.push(connection);
  connection.send(text);
  return connection;
}

/** The head of a signed request. */
function head(wish: Wish, more: readonly string[] = []): string {
  const { headers } = sign(server, wish);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[`${wish.method} ${wish.target} HTTP/1.1`, ...lines, ...more].join('\r\n')}\r\n\r\n`;
}

const codeOf = async ({ answer }: RawConnection): Promise<string | undefined> => /<Code>(\w+)</.exec(await answer)?.[1];
const put = (key: string): Wish => ({ method: 'PUT', target: `/door/${key}` });
const missing = async (key: string): Promise<void> => {
  expect((await send(server, { method: 'HEAD', target: `/door/${key}` })).status).toBe(404);
};

describe('a client that waits for permission to send', () => {
  it('gets it when its head is signed and its bucket exists', async () => {
    const connection = await raw(head(put('expected'), ['Expect: 100-continue', 'Content-Length: 2']));
    expect(await connection.answer).toMatch(/^HTTP\/1\.1 100 Continue/);
    connection.send('ok');
    await vi.waitFor(async () => {
      expect((await send(server, { method: 'GET', target: '/door/expected' })).body).toBe('ok');
    }, LIMIT);
  });

  it.each<[string, () => string, number]>([
    ['no signature', () => 'PUT /door/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n', 403],
    [
      'a wrong key',
      () => head(put('a'), ['Expect: 100-continue', 'Content-Length: 9']).replace('/door/a', '/door/b'),
      403,
    ],
    [
      'a bucket that is missing',
      () => head({ method: 'PUT', target: '/none/a' }, ['Expect: 100-continue', 'Content-Length: 9']),
      404,
    ],
    ['no length', () => head(put('a'), ['Expect: 100-continue', 'Transfer-Encoding: chunked']), 411],
    [
      'more than an object can have',
      () => head(put('a'), ['Expect: 100-continue', `Content-Length: ${6 * 1024 ** 3}`]),
      400,
    ],
    [
      'an operation without body',
      () => head({ method: 'DELETE', target: '/door/a' }, ['Expect: 100-continue', 'Content-Length: 9']),
      400,
    ],
    [
      'an encrypted object',
      () =>
        head({ ...put('a'), headers: { 'x-amz-server-side-encryption': 'AES256' } }, [
          'Expect: 100-continue',
          'Content-Length: 9',
        ]),
      501,
    ],
  ])('is refused at once with %s', async (_, text, status) => {
    const connection = await raw(text());
    expect(await connection.answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(await connection.answer).toMatch(/Connection: close/i);
  });
});

describe('a request that two servers could read differently', () => {
  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2'],
    ['a length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked'],
    ['chunks twice', 'Transfer-Encoding: chunked, chunked'],
    ['an unknown coding', 'Transfer-Encoding: gzip'],
    ['a folded header', 'X-Amz-Meta-A: 1\r\n 2'],
    ['a name with a blank', 'Host : y'],
    ['two hosts', 'Host: y'],
    ['a date twice', 'x-amz-date: 20300101T000000Z'],
    ['a source twice', 'x-amz-copy-source: /a/b\r\nx-amz-copy-source: /c/d'],
  ])('with %s is refused', async (_, lines) => {
    const connection = await raw(head(put('smuggled'), [lines]));
    expect(await connection.answer).toMatch(/^HTTP\/1\.1 (?:400|403) /);
    await missing('smuggled');
  });

  it('is refused with a body for an operation that takes none, and the body is no second request', async () => {
    const second = 'DELETE /door HTTP/1.1\r\nHost: x\r\n\r\n';
    const connection = await raw(
      `${head({ method: 'GET', target: '/door' }, [`Content-Length: ${second.length}`])}${second}`,
    );
    expect(await connection.answer).toMatch(/^HTTP\/1\.1 400 /);
    connection.send(head({ method: 'HEAD', target: '/door' }));
    await vi.waitFor(() => expect(connection.statuses()).toEqual([400, 200]), LIMIT);
  });
});

describe('limits', () => {
  it('end heads, documents and metadata', async () => {
    expect(await codeOf(await raw(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`))).toBe(
      'RequestHeaderSectionTooLarge',
    );
    expect(await codeOf(await raw('NONSENSE\r\n\r\n'))).toBe('InvalidRequest');
    const many = `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`;
    const wish = { method: 'POST', target: '/door?delete' };
    expect(await send(server, wish, many)).toMatchObject({ code: 'MalformedXML' });
    expect(await send(server, wish, Buffer.alloc(2 * 1024 * 1024 + 1))).toMatchObject({
      code: 'MaxMessageLengthExceeded',
    });
    const bomb =
      '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>';
    expect(await send(server, wish, bomb)).toMatchObject({ code: 'MalformedXML' });
    const headers = { 'x-amz-meta-a': 'a'.repeat(3000) };
    expect(await send(server, { ...put('meta'), headers }, 'x')).toMatchObject({ code: 'MetadataTooLarge' });
    expect(await send(server, put('k'.repeat(1025)), 'x')).toMatchObject({ code: 'KeyTooLongError' });
  });

  it('end the bodies of one project at once, and give their places back', async () => {
    const opened = await Promise.all(
      Array.from({ length: 128 }, (_, at) =>
        raw(head(put(`many/${at}`), ['Content-Length: 2', 'Expect: 100-continue'])),
      ),
    );
    for (const connection of opened) expect(await connection.answer).toMatch(/^HTTP\/1\.1 100 /);
    const refused = await send(server, put('one-more'), 'x');
    expect(refused).toMatchObject({ status: 503, code: 'SlowDown' });
    expect(refused.headers['retry-after']).toBeDefined();
    for (const connection of opened) connection.end();
    await vi.waitFor(async () => expect((await send(server, put('one-more'), 'x')).status).toBe(200), LIMIT);
    await missing('many/0');
  });
});

describe('slow clients', () => {
  it('are answered when they send too little, and nothing is stored', async () => {
    const connection = await raw(head(put('slow'), ['Content-Length: 1000000']));
    connection.send('some bytes');
    await vi.waitFor(() => {
      server.clock.advance(10_000);
      expect(connection.status()).toBe(400);
    }, LIMIT);
    expect(await codeOf(connection)).toBe('RequestTimeout');
    await vi.waitFor(() => {
      server.clock.advance(5_000);
      expect(connection.isClosed()).toBe(true);
    }, LIMIT);
    await missing('slow');
  });

  it('that leave in the middle store nothing and free their place', async () => {
    const connection = await raw(head(put('left'), ['Content-Length: 1000000']));
    await connection.pour(100_000);
    connection.end();
    await missing('left');
  });
});
