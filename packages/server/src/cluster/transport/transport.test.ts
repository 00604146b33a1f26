import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestNode, startTwoTestNodes, type TestNode, testAuthority, testClusterNode } from '../testing.ts';
import { NodeUnreachable } from './node-connections.ts';
import { tlsBetweenNodes } from './tls.ts';

let first: TestNode;
let second: TestNode;
let others: TestNode[];
beforeEach(async () => {
  [first, second] = await startTwoTestNodes();
  others = [];
});
afterEach(async () => {
  for (const node of [first, second, ...others]) await node.stop();
});

const ask = (request: Partial<Parameters<TestNode['connections']['request']>[1]> = {}) =>
  first.connections.request(second.node, { method: 'GET', path: '/hello', ...request });

describe('requests between nodes', () => {
  it('reach the handler with the node that made them', async () => {
    second.listener.route('GET', '/hello', (request, response, from) => {
      response.setHeader('x-path', request.url ?? '').end(from.name);
    });
    const answer = await ask({ path: '/hello?a=1' });
    expect([answer.status, answer.headers['x-path'], await text(answer.body)]).toEqual([200, '/hello?a=1', 'first']);
  });

  it('use one connection after another', async () => {
    const ports = new Set<number | undefined>();
    second.listener.route('GET', '/hello', (request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let n = 0; n < 3; n += 1) await buffer((await ask()).body);
    expect(ports.size).toBe(1);
  });

  it('pass streams on in both directions before they end', async () => {
    second.listener.route('POST', '/echo', (request, response) => void request.pipe(response), { body: 'stream' });
    const body = new Readable({ read() {} });
    body.push('one');
    const answer = await ask({ method: 'POST', path: '/echo', body });
    const chunks = answer.body[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe('one');
    body.push('two');
    body.push(null);
    expect(String((await chunks.next()).value)).toBe('two');
    expect((await chunks.next()).done).toBe(true);
  });

  it('leave a body unsent that the other node refuses', async () => {
    second.listener.route('POST', '/calls', (_request, response) => void response.writeHead(429).end(), {
      body: 'stream',
    });
    const body = Readable.from(['one']);
    const answer = await ask({ method: 'POST', path: '/calls', body, expectContinue: true });
    expect([answer.status, answer.bodySent]).toEqual([429, false]);
    await buffer(answer.body);
    expect(await text(body)).toBe('one');
  });

  it('send a body that the other node asks for', async () => {
    second.listener.route(
      'POST',
      '/calls',
      (request, response) => {
        response.writeContinue();
        request.pipe(response);
      },
      { body: 'stream' },
    );
    const answer = await ask({ method: 'POST', path: '/calls', body: Buffer.from('abc'), expectContinue: true });
    expect([await text(answer.body), answer.bodySent]).toEqual(['abc', true]);
  });

  it('report that nothing was sent to a node that does not listen', async () => {
    await second.stop();
    const body = Readable.from(['one']);
    const failed = await ask({ method: 'POST', path: '/calls', body }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(NodeUnreachable);
    expect((failed as NodeUnreachable).bodySent).toBe(false);
    expect(await text(body)).toBe('one');
  });

  it('report that a body may have been sent when the connection ends without an answer', async () => {
    second.listener.route('POST', '/calls', (request) => void request.on('data', () => request.socket.destroy()), {
      body: 'stream',
    });
    await expect(ask({ method: 'POST', path: '/calls', body: Readable.from(['one']) })).rejects.toMatchObject({
      name: 'NodeUnreachable',
      bodySent: true,
    });
  });

  it('end with their signal, also while the answer is read', async () => {
    second.listener.route('GET', '/hello', (_request, response) => void response.write('begun'));
    const stop = new AbortController();
    const answer = await ask({ signal: stop.signal });
    const reading = text(answer.body);
    stop.abort();
    await expect(reading).rejects.toThrow();
    await expect(ask({ signal: stop.signal })).rejects.toBeInstanceOf(NodeUnreachable);
  });

  it('are not sent to a node that proves to be another one', async () => {
    const wrong = { ...second.node, home: first.node.home };
    await expect(first.connections.request(wrong, { method: 'GET', path: '/hello' })).rejects.toMatchObject({
      name: 'NodeUnreachable',
      bodySent: false,
    });
  });
});

describe('the internal listener', () => {
  const status = async (request: Parameters<typeof ask>[0]) => {
    const answer = await ask(request);
    answer.body.destroy();
    return answer.status;
  };

  it('refuses a node that is no longer a member, on connections that it had too', async () => {
    second.listener.route('GET', '/hello', (_request, response) => void response.end());
    expect(await status({})).toBe(200);
    second.nodes.set([]);
    expect(await status({})).toBe(403);
  });

  it('refuses a node with a certificate of another authority', async () => {
    const stranger = await startTestNode(await testAuthority(), { home: first.node.home });
    others.push(stranger);
    // one that trusts any server, to see what this one does
    const { authority: _theirs, ...own } = stranger.credentials.current;
    const socket = connectTo(second, {
      ...tlsBetweenNodes({ authority: '', ...own }),
      ca: undefined,
      rejectUnauthorized: false,
    });
    socket.write('GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 403 .*not_a_member/s);
  });

  it('refuses a client without a certificate before it reads a body', async () => {
    let called = false;
    second.listener.route('POST', '/hello', () => {
      called = true;
    });
    const socket = connectTo(second, { rejectUnauthorized: false });
    socket.write('POST /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 403 .*connection: close.*not_a_member/s);
    expect(called).toBe(false);
  });

  it('takes no connection without a certificate beyond its limit', async () => {
    const guests = Array.from({ length: 40 }, () => connectTo(second, { rejectUnauthorized: false }));
    const ended = (socket: TLSSocket) => socket.destroyed || socket.readableEnded;
    for (const guest of guests) guest.resume().on('error', () => {});
    await expect.poll(() => guests.filter(ended).length, { timeout: 9_000 }).toBe(8);
    second.listener.route('GET', '/hello', (_request, response) => void response.end());
    expect(await status({})).toBe(200);
    for (const guest of guests) guest.destroy();
  });

  it('refuses unknown routes and bodies beyond the limit of the route', async () => {
    second.listener.route('POST', '/small', (_request, response) => void response.end(), { body: 3 });
    expect(await status({ path: '/unknown' })).toBe(404);
    expect(await status({ method: 'POST', path: '/small', body: Buffer.from('abc') })).toBe(200);
    expect(await status({ method: 'POST', path: '/small', body: Buffer.from('abcd') })).toBe(413);
    expect(await status({ method: 'POST', path: '/small', body: Readable.from(['a']), expectContinue: true })).toBe(
      413,
    );
  });

  it('answers 500 where a handler fails, and goes on', async () => {
    second.listener.route('GET', '/hello', () => Promise.reject(new Error('planted')));
    expect(await status({})).toBe(500);
    expect(await status({})).toBe(500);
  });

  it('refuses more headers, and larger ones, than it reads', async () => {
    second.listener.route(
      'GET',
      '/hello',
      (request, response) => void response.end(`${Object.keys(request.headers).length}`),
    );
    const large = { 'x-large': 'a'.repeat(40_000) };
    await expect(ask({ headers: large })).rejects.toBeInstanceOf(NodeUnreachable);
  });
});

function connectTo({ node }: TestNode, options: object): TLSSocket {
  return connect({ host: '127.0.0.1', port: Number(node.address?.split(':')[1]), ...options });
}

it('a node without an address cannot be asked', async () => {
  await expect(first.connections.request(testClusterNode(), { method: 'GET', path: '/' })).rejects.toMatchObject({
    bodySent: false,
  });
});
