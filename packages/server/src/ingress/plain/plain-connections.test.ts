import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type AnyAnswer, PlainAnswer } from './plain-answer.ts';
import { type PlainOptions, servePlainRequests } from './plain-connections.ts';
import type { AnyRequest } from './plain-request.ts';

type Handler = (request: AnyRequest, answer: AnyAnswer) => void | Promise<void>;

const HEADERS = ['X-A', 'b', 'Set-Cookie', 'c=d', 'Set-Cookie', 'e=f', 'Content-Length', '2'];
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = ['Content-Length', '2', 'Connection', 'close'];
const CLOSING = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Answers plain requests by the reader, and all others, or all requests, by `node:http`. */
async function serve(handle: Handler, limits: Partial<PlainOptions> | 'node:http' = {}): Promise<Server> {
  const options = { keepAliveTimeout: 30_000, headersTimeout: 15_000, requireHostHeader: false };
  const server = createServer(options, (request, response) => void handle(request, response));
  servers.push(server);
  if (limits !== 'node:http') {
    servePlainRequests(server, {
      serve: async (request, answer) => handle(request, answer),
      onLate: (_, socket) => socket.end('late'),
      ...{ headMs: 15_000, keepAliveMs: 30_000, stalledMs: 60_000 },
      ...limits,
    });
  }
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

function open(server: Server): { socket: Socket; text: () => string } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1');
  });
  return { socket, text: () => text };
}

async function answersTo(server: Server, ...requests: readonly string[]): Promise<string> {
  const { socket, text } = open(server);
  socket.write(requests.join(''));
  await once(socket, 'close');
  return text().replace(/\r\nDate: [^\r]+/g, '\r\nDate: now');
}

const paths = (text: string): string[] => [...text.matchAll(/at (\/[a-z]*)/g)].map(([, path]) => path ?? '');
const echo: Handler = ({ url = '' }, answer) => {
  const text = `at ${url}`;
  answer.writeHead(200, ['Content-Length', String(text.length)]);
  answer.end(text);
};

const whole =
  (statusCode: number, headers: readonly string[], body?: string): Handler =>
  (_, answer) => {
    answer.writeHead(statusCode, [...headers]);
    answer.end(body);
  };

it.each<[string, string, Handler]>([
  ['a short answer', GET, whole(200, HEADERS, 'ok')],
  ['one without a body', GET, whole(204, ['X-A', 'b'])],
  ['one to HEAD', GET.replace('GET', 'HEAD'), whole(200, HEADERS)],
  ['a status without a name', GET, whole(299, ['Content-Length', '0'])],
  ['a date of its own', GET, whole(304, ['date', 'then'])],
  ['an answer that is the last', GET, whole(200, LAST, 'ok')],
  ['a long answer', GET, whole(200, ['Content-Length', '100000'], 'x'.repeat(100_000))],
  [
    'nothing of a header with a line break',
    GET,
    (_, answer) => {
      expect(() => answer.writeHead(200, ['X-A', 'b\r\nX-B: c'])).toThrow();
      answer.writeHead(200, ['Content-Length', '0']);
      answer.end();
    },
  ],
  [
    'a stream with trailers',
    GET,
    (_, answer) => {
      const wire = answer instanceof PlainAnswer ? answer.stream() : answer;
      wire.writeHead(200, ['X-A', 'b']);
      wire.write('one');
      wire.write('two');
      wire.addTrailers({ 'X-T': 'c' });
      wire.end();
    },
  ],
])('sends %s with the bytes of node:http, and keeps the connection', async (_, request, handle) => {
  const handler: Handler = (seen, answer) => (seen.url === '/last' ? echo(seen, answer) : handle(seen, answer));
  const expected = await answersTo(await serve(handler, 'node:http'), request, CLOSING);
  expect(await answersTo(await serve(handler), request, CLOSING)).toBe(expected);
});

it('leaves what it does not serve to node:http, and all that follows on that connection', async () => {
  const readHere: string[] = [];
  const server = await serve(echo, {
    serve: (request, answer) => {
      if (request.url === '/other') return undefined;
      readHere.push(request.url);
      return Promise.resolve(echo(request, answer));
    },
  });
  const [one, other] = [GET.replace('/', '/one'), GET.replace('/', '/other')];
  expect(paths(await answersTo(server, one, one, other, one, CLOSING))).toEqual([
    '/one',
    '/one',
    '/other',
    '/one',
    '/last',
  ]);
  expect(paths(await answersTo(server, other, one, CLOSING))).toEqual(['/other', '/one', '/last']);
  expect(readHere).toEqual(['/one', '/one']);
});

it('serves nothing after its last answer', async () => {
  const seen: string[] = [];
  const server = await serve((request, answer) => {
    seen.push(request.url ?? '');
    answer.writeHead(200, LAST);
    answer.end('ok');
  });
  const text = await answersTo(server, GET, GET, CLOSING);
  expect([seen, text.match(/HTTP/g)?.length]).toEqual([['/'], 1]);
});

it('answers requests that come at once in their order, one at a time, read here or by node:http', async () => {
  let running = 0;
  let most = 0;
  const server = await serve(async (request, answer) => {
    if (!(answer instanceof PlainAnswer)) return echo(request, answer);
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
    await echo(request, answer);
  });
  const post = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
  const [one, two] = [GET.replace('/', '/one'), GET.replace('/', '/two')];
  const chunked = 'POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
  const text = await answersTo(server, one, post, two, chunked, one, CLOSING);
  expect(paths(text)).toEqual(['/one', '/p', '/two', '/c', '/one', '/last']);
  expect(most).toBe(1);
});

it('reads requests that come in pieces of any size', async () => {
  const server = await serve(echo);
  const all = `${GET}POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc${CLOSING}`;
  for (const size of [1, 7, GET.length - 1, GET.length + 1, GET.length + 20]) {
    const { socket, text } = open(server);
    await once(socket, 'connect');
    socket.setNoDelay(true);
    for (let at = 0; at < all.length; at += size) {
      await new Promise<void>((resolve) => socket.write(all.slice(at, at + size), () => setImmediate(resolve)));
    }
    await once(socket, 'close');
    expect([size, ...paths(text())]).toEqual([size, '/', '/p', '/last']);
  }
});

it('learns that a client has left before its answer', async () => {
  const left = new Promise<boolean>((resolve) => {
    void serve((_, answer) => {
      answer.once('close', () => resolve(answer.writableFinished));
      sockets[0]?.destroy();
    }).then((server) => open(server).socket.write(GET));
  });
  expect(await left).toBe(false);
});

it('says when an answer is complete', async () => {
  const seen: unknown[] = [];
  const server = await serve((_, answer) => {
    answer.once('close', () => seen.push([answer.statusCode, answer.writableFinished, answer.headersSent]));
    answer.writeHead(201, ['Content-Length', '0']);
    answer.end();
  });
  await answersTo(server, GET, CLOSING);
  expect(seen).toEqual([
    [201, true, true],
    [201, true, true],
  ]);
});

it('cuts clients that send nothing, or half a head, or nothing more', async () => {
  const server = await serve(echo, { headMs: 200, keepAliveMs: 400 });
  const silent = open(server);
  const half = open(server);
  half.socket.write(GET.slice(0, 10));
  const idle = open(server);
  idle.socket.write(GET);
  await Promise.all([silent, half, idle].map(({ socket }) => once(socket, 'close')));
  expect([silent.text(), half.text(), paths(idle.text())]).toEqual(['late', 'late', ['/']]);
});

it('leaves a request alone that takes longer than a client may be idle', async () => {
  let answerIt = (): void => {};
  const server = await serve(
    (request, answer) => {
      answerIt = () => void echo(request, answer);
    },
    { headMs: 100, keepAliveMs: 100 },
  );
  const busy = open(server);
  busy.socket.write(GET);
  const silent = open(server);
  await once(silent.socket, 'close');
  answerIt();
  await expect.poll(() => paths(busy.text())).toEqual(['/']);
});

it('cuts a client that does not read its answer', async () => {
  const server = await serve(
    (_, answer) => {
      answer.writeHead(200, ['Content-Length', '50000000']);
      answer.end(Buffer.alloc(50_000_000));
    },
    { stalledMs: 100 },
  );
  const closed = new Promise((resolve) => server.once('connection', (socket: Socket) => socket.once('close', resolve)));
  open(server).socket.pause().write(GET);
  await closed;
});

it('closes idle connections alone, and busy ones with all others', async () => {
  const begun: AnyRequest[] = [];
  const server = await serve((request, answer) =>
    request.url === '/busy' ? void begun.push(request) : echo(request, answer),
  );
  const idle = open(server);
  idle.socket.write(GET);
  await expect.poll(() => paths(idle.text())).toEqual(['/']);
  const busy = open(server);
  busy.socket.write(GET.replace('/', '/busy'));
  await expect.poll(() => begun.length).toBe(1);
  const closed = once(idle.socket, 'close');
  server.closeIdleConnections();
  await closed;
  expect(busy.socket.destroyed).toBe(false);
  const cut = once(busy.socket, 'close');
  const stopped = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await Promise.all([cut, stopped]);
});

it('holds at most one piece of what a client sends before its answer', async () => {
  const begun: Socket[] = [];
  const server = await serve(({ socket }) => void begun.push(socket));
  const { socket } = open(server);
  socket.write(GET.repeat(200_000));
  await expect.poll(() => begun.length).toBe(1);
  await expect.poll(() => begun[0]?.isPaused()).toBe(true);
  expect(begun[0]?.bytesRead).toBeLessThan(256 * 1024);
});
