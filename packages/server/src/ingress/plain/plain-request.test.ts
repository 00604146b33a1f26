import { createServer, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlain } from './plain-request.ts';

/** A million of them were run when the reader was written. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 10_000);

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly headers: readonly unknown[];
  readonly body: string;
}

const byConnection = new WeakMap<object, { request: IncomingMessage; pieces: Buffer[]; isWhole: boolean }[]>();
const server = createServer({ maxHeaderSize: 16 * 1024, requireHostHeader: false }, (request) => {
  const one = { request, pieces: [] as Buffer[], isWhole: false };
  byConnection.get(request.socket)?.push(one);
  request.on('data', (piece) => one.pieces.push(piece)).on('end', () => (one.isWhole = true));
  request.on('error', () => {});
});
server.on('clientError', (_, socket) => socket.destroy());

/** The complete requests that `node:http` reads from these bytes on a new connection. */
async function byNode(bytes: Buffer): Promise<Seen[]> {
  const connection = new Duplex({ read() {}, write: (_piece, _encoding, done) => done() });
  const all: { request: IncomingMessage; pieces: Buffer[]; isWhole: boolean }[] = [];
  byConnection.set(connection, all);
  server.emit('connection', connection);
  connection.push(bytes);
  await turn();
  connection.destroy();
  return all
    .filter(({ isWhole }) => isWhole)
    .map(({ request: { method, url, rawHeaders, headers }, pieces }) => {
      return { method, url, rawHeaders, headers: Object.entries(headers), body: latin1(Buffer.concat(pieces)) };
    });
}

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
const NEXT = 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n';

/** Whether the reader took the request. Fails if `node:http` reads these bytes, or what follows them, differently. */
async function agrees(text: string): Promise<boolean> {
  const bytes = Buffer.from(text, 'latin1');
  const read = readPlain(bytes);
  if (read === undefined) return false;
  const { method, url, rawHeaders, headers, body, length } = read;
  const seen = await byNode(Buffer.concat([bytes.subarray(0, length), Buffer.from(NEXT)]));
  const expected = { method, url, rawHeaders, headers: Object.entries(headers), body: latin1(body) };
  expect(seen).toEqual([expected, expect.objectContaining({ url: '/next', body: '' })]);
  return true;
}

const get = (...lines: string[]): string => `GET /a HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n`;
const post = (body: string, ...lines: string[]): string =>
  `POST /a?b=c HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n${body}`;

describe('a plain request is read as node:http reads it:', () => {
  it.each<[string, string]>([
    ['no headers but the host', get()],
    ['usual headers', get('Accept: */*', 'User-Agent: curl/8', 'Connection: keep-alive', 'Accept-Encoding: gzip, br')],
    ['spaces around values', get('X:  a b\t ', 'Y:\t', 'Z:')],
    ['bytes beyond ASCII, which are no spaces', get('X: \xa0a\x85\xa0', 'Y: \xff')],
    ['a body', post('hello', 'Content-Length: 5')],
    ['a body that looks like a request', post(NEXT, `Content-Length: ${NEXT.length}`)],
    ['an empty body', post('', 'Content-Length: 0')],
    ['a POST without a length', post('')],
    ['a GET with a body', get('Content-Length: 2').concat('ok')],
    ['a request behind it', get().concat(get())],
    ['odd bytes in the target', 'GET /a"<>[]\\^`{|}~;%zz?x=?&y HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['names as of variables', get('x_a: b', 'X-A: c', '0: d')],
    ['credentials', get('Authorization: Bearer x', 'Cookie: a=b; c=d')],
  ])('%s', async (_, text) => {
    expect(await agrees(text)).toBe(true);
  });
});

describe('is left to node:http:', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['a head that has not ended', get().slice(0, -1)],
    ['a body that has not ended', post('hell', 'Content-Length: 5')],
    ['a length and chunks', post('0\r\n\r\n', 'Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['chunks and a length', post('0\r\n\r\n', 'Transfer-Encoding: chunked', 'Content-Length: 5')],
    ['chunks', post('0\r\n\r\n', 'transfer-encoding: chunked')],
    ['an encoding that hides', post('0\r\n\r\n', 'Transfer-Encoding: xchunked')],
    ['two lengths', post('hello', 'Content-Length: 5', 'Content-Length: 6')],
    ['two equal lengths', post('hello', 'Content-Length: 5', 'content-length: 5')],
    ['a list of lengths', post('hello', 'Content-Length: 5, 5')],
    ['a length with a sign', post('hello', 'Content-Length: +5')],
    ['a length with zeros', post('hello', 'Content-Length: 05')],
    ['a hexadecimal length', post('hello', 'Content-Length: 0x5')],
    ['a length without digits', post('hello', 'Content-Length:')],
    ['a negative length', post('hello', 'Content-Length: -1')],
    ['a body over 64 KB', post('x'.repeat(65_537), 'Content-Length: 65537')],
    ['a folded header', get('X: a', ' b')],
    ['a fold by tab', get('X: a', '\tb')],
    ['space before the colon', get('Content-Length : 5')],
    ['tab before the colon', get('Content-Length\t: 5')],
    ['space before a name', 'GET /a HTTP/1.1\r\n Host: a\r\n\r\n'],
    ['a name without a colon', get('nothing')],
    ['an empty name', get(': a')],
    ['a name with a NUL', get('X\0: a')],
    ['a value with a NUL', get('X: a\0b')],
    ['a value with DEL', get('X: a\x7fb')],
    ['a line that ends in LF', 'GET /a HTTP/1.1\nHost: a\r\n\r\n'],
    ['a header that ends in LF', 'GET /a HTTP/1.1\r\nHost: a\nX: b\r\n\r\n'],
    ['a header that ends in CR', 'GET /a HTTP/1.1\r\nHost: a\rX: b\r\n\r\n'],
    ['a head that ends in LF LF', 'GET /a HTTP/1.1\r\nHost: a\n\n'],
    ['an empty line before the request', `\r\n${get()}`],
    ['two hosts', get('Host: b')],
    ['two equal hosts', get('HOST: a')],
    ['no host', 'GET /a HTTP/1.1\r\n\r\n'],
    ['any header twice', get('X: a', 'x: b')],
    ['an absolute target', 'GET http://a/a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['the target *', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with an authority', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a fragment', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a space', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target beyond ASCII', 'GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target with a control character', 'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method in lower case', 'get /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['another method', 'PROPFIND /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['HTTP/1.0', 'GET /a HTTP/1.0\r\nHost: a\r\n\r\n'],
    ['HTTP/0.9', 'GET /a\r\n\r\n'],
    ['another protocol', 'GET /a HTTQ/1.1\r\nHost: a\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['two spaces in the first line', 'GET  /a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['space behind the version', 'GET /a HTTP/1.1 \r\nHost: a\r\n\r\n'],
    ['an upgrade', get('Connection: Upgrade', 'Upgrade: websocket')],
    ['an upgrade without Connection', get('Upgrade: websocket')],
    ['an expectation', post('', 'Expect: 100-continue', 'Content-Length: 5')],
    ['a connection that ends', get('Connection: close')],
    ['a list of connection options', get('Connection: keep-alive, X-A')],
    ['a connection that ends behind a proxy', get('Proxy-Connection: close')],
    ['trailers', get('Trailer: X')],
    ['a head over 16 KB', get(`X: ${'x'.repeat(16 * 1024)}`)],
    ['101 headers', get(...Array.from({ length: 100 }, (_, n) => `x${n}: y`))],
    ['a name of the prototype', get('__proto__: a')],
  ])('%s', (_, text) => {
    expect(readPlain(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});

/** Pieces that have made servers disagree. */
const HOSTILE = [
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    ' ',
    '\t',
    '\0',
    ':',
    ': ',
    '\x0b',
    '\x0c',
    '\x7f',
    '\x80',
    '\xa0',
    '\xff',
  ],
  ...['\r\n ', '\r\n\t', ' :', ',', '#', '?', '*', '/', '//', '%', '\\', '"', ' HTTP/1.1', 'HTTP/1.0', 'HTTP/1.1\r\n'],
  ...['Content-Length: 5\r\n', 'content-length:0\r\n', 'Content-Length: 05\r\n', 'Content-Length: 1, 1\r\n'],
  ...['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding:\tchunked\r\n', 'Transfer_Encoding: chunked\r\n'],
  ...['Connection: close\r\n', 'Connection: upgrade\r\n', 'Upgrade: h2c\r\n', 'Expect: 100-continue\r\n'],
  ...['Host: b\r\n', 'Proxy-Connection: close\r\n', '__proto__: x\r\n', 'Set-Cookie: a\r\n', 'Cookie: a\r\n'],
  ...['GET /b HTTP/1.1\r\nHost: b\r\n\r\n', '0\r\n\r\n', '5\r\nhello\r\n', 'CONNECT', 'get', 'constructor: x\r\n'],
];
const NAMES = [
  'Accept',
  'x-a',
  'X_B',
  'User-Agent',
  'Cookie',
  'Referer',
  'If-Match',
  'origin',
  'Age',
  'Range',
  'x.y',
  'a',
];
const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const visible = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
const header = fc.tuple(
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, fc.string({ unit: visible, maxLength: 6 })),
  fc.constantFrom(':', ': ', ': ', ': ', ':\t', ':  ', ' : '),
  fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: visible, maxLength: 12 }) },
    fc.string({ unit: byte, maxLength: 4 }),
  ),
);
const request = fc
  .record({
    method: fc.constantFrom(
      'GET',
      'GET',
      'POST',
      'POST',
      'HEAD',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'QUERY',
    ),
    url: fc.oneof(
      fc.constant('/fn/a'),
      fc.string({ unit: visible, maxLength: 12 }).map((path) => `/${path}`),
    ),
    host: fc.constantFrom('Host: a\r\n', 'host:a\r\n', 'HOST: [::1]:1\r\n', 'Host:\r\n'),
    headers: fc.array(header, { maxLength: 4 }),
    length: fc.constantFrom(undefined, 'Content-Length: ', 'content-length:', 'Content-Length:\t'),
    body: fc.string({ unit: byte, maxLength: 20 }),
  })
  .map(({ method, url, host, headers, length, body }) => {
    const lines = headers.map((parts) => `${parts.join('')}\r\n`).join('');
    return `${method} ${url} HTTP/1.1\r\n${host}${lines}${length === undefined ? '' : `${length}${body.length}\r\n`}\r\n${body}`;
  });
const mutation = fc.record({
  at: fc.nat({ max: 400 }),
  cut: fc.constantFrom(0, 0, 1, 2, 9),
  put: fc.oneof(fc.constantFrom(...HOSTILE), byte, fc.constant('')),
});
const mutated = fc.tuple(request, fc.array(mutation, { maxLength: 2 })).map(([text, mutations]) =>
  mutations.reduce((before, { at, cut, put }) => {
    const from = at % (before.length + 1);
    return before.slice(0, from) + put + before.slice(from + cut);
  }, text),
);

it('agrees with node:http about whatever is sent, or leaves it alone', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (text) => {
      if (await agrees(text)) taken += 1;
    }),
    { numRuns: INPUTS },
  );
  expect(taken / INPUTS).toBeGreaterThan(0.1);
}, 3_600_000);
