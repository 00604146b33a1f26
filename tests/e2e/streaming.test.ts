import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGoPrograms } from '../../packages/runtimes/conformance/go-programs.ts';
import { deploy, enqueue, invoke, logLines, PATIENCE, receiptOf, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

const MIB = 2 ** 20;

/** Gives a piece, then waits until somebody calls `/go`: what a client has seen by then came before the end. */
const NODE = `
const waiting = []; let given = 0;
const signal = () => new Promise((done) => given > 0 ? (given--, done()) : waiting.push(done));
const give = () => waiting.length > 0 ? waiting.shift()() : given++;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
exports.handler = async (event, context) => {
  const path = event.path || event.do;
  switch (path) {
    case '/go': give(); return { statusCode: 200, body: 'went' };
    case '/plain': return { statusCode: 203, body: 'plain' };
    case '/sse': {
      const out = context.getResponseStream({ statusCode: 201, contentType: 'text/event-stream', headers: { 'X-Made': 'here' } });
      for (let i = 0; i < 3; i++) { out.write('data: ' + i + '\\n\\n'); await signal(); }
      out.end();
      return;
    }
    case '/breaks': return (async function* () { yield 'so far'; await signal(); throw new Error('no further'); })();
    case '/large': {
      const count = Number((event.queryStringParameters || event).mib);
      return (async function* () { const block = Buffer.alloc(1 << 20, 'x'); for (let i = 0; i < count; i++) { yield block; console.log('gave ' + i); } })();
    }
    case '/endless': return (async function* () { try { for (;;) { yield 'tick\\n'; await sleep(5); } } finally { console.log('cleaned up'); } })();
    case '/deaf': { const out = context.getResponseStream(); for (;;) { out.write('tick\\n'); await sleep(5); } }
    case '/slowly': return (async function* () { for (let i = 0; i < 3; i++) { yield 'tick\\n'; await sleep(1800); } })();
    case '/stalls': return (async function* () { yield 'once'; await sleep(1e6); })();
    case '/bad-head': context.getResponseStream({ headers: { 'X-Bad': 'a\\r\\nSet-Cookie: b' } }).end('x'); return;
    case '/tail': { console.log('seen'); context.getResponseStream({ contentType: 'text/plain' }).end('文字'); return; }
  }
};`;

const PYTHON = `
import threading
given = threading.Semaphore(0)
def stream(context):
    context.set_response_head(201, {'X-Made': 'here'}, content_type='text/event-stream')
    for i in range(3):
        yield 'data: %d\\n\\n' % i
        given.acquire()
def handler(event, context):
    if event['path'] == '/go':
        given.release()
        return {'statusCode': 200, 'body': 'went'}
    return stream(context)
`;

const BOOTSTRAP = `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do [ -x "$node" ] && exec "$node" server.js; done
exit 1
`;
const HTTP_SERVER = `
const waiting = []; let given = 0;
const signal = () => new Promise((done) => given > 0 ? (given--, done()) : waiting.push(done));
require('node:http').createServer(async (req, res) => {
  if (req.url === '/go') { waiting.length > 0 ? waiting.shift()() : given++; res.end('went'); return; }
  if (req.url === '/echo') { res.writeHead(200, { 'X-Length': req.headers['content-length'] ?? 'unknown' }); res.flushHeaders(); req.pipe(res); return; }
  if (req.url === '/count') {
    let bytes = 0;
    for await (const piece of req) { if (bytes >> 24 !== (bytes += piece.length) >> 24) console.log('read ' + bytes); }
    res.end(String(bytes)); return;
  }
  if (req.url === '/early') { res.writeHead(403); res.end('no need'); return; }
  if (req.url === '/unread') { await signal(); res.end('late'); return; }
  if (req.url === '/until-gone') {
    req.on('error', () => {}); req.on('close', () => console.log('complete: ' + req.complete)); req.resume();
    res.write('reading'); return;
  }
  if (req.url === '/die') { res.write('so far'); await signal(); process.exit(5); }
  res.writeHead(201, { 'Content-Type': 'text/event-stream', 'X-Made': 'here' });
  for (let i = 0; i < 3; i++) { res.write('data: ' + i + '\\n\\n'); await signal(); }
  res.end();
}).listen(8000, '127.0.0.1');`;

/** An answer that is read by hand, so that every byte can be told from the next. */
class Reading {
  readonly response: IncomingMessage;
  text = '';
  bytes = 0;
  /** How it ended: undefined while it has not. */
  end: 'complete' | 'cut' | undefined;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.on('end', () => {
      this.end ??= response.complete ? 'complete' : 'cut';
    });
    response.on('error', () => {
      this.end ??= 'cut';
    });
    response.on('close', () => {
      this.end ??= 'cut';
    });
  }

  static async open(
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: string; paused?: boolean } = {},
  ): Promise<Reading> {
    const { method = 'GET', headers = {}, body } = options;
    const sent = httpRequest(url, { method, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const reading = new Reading(response);
    if (options.paused !== true) reading.read();
    return reading;
  }

  read(): void {
    this.response.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.bytes < MIB) this.text += chunk.toString('utf8');
    });
  }

  get requestId(): string {
    return String(this.response.headers['x-cff-request-id']);
  }
}

/** A request whose body is sent by hand. */
class Sending {
  readonly sent: ClientRequest;
  readonly answered: Promise<Reading>;

  constructor(url: string, headers: Record<string, string | number> = {}) {
    this.sent = httpRequest(url, { method: 'POST', headers, agent: false });
    this.sent.flushHeaders();
    // What a test does not wait for may fail.
    this.sent.on('error', () => {});
    this.answered = once(this.sent, 'response').then(([response]) => {
      const reading = new Reading(response as IncomingMessage);
      reading.read();
      return reading;
    });
    this.answered.catch(() => {});
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.sent.off('drain', done).off('close', done);
        resolve();
      };
      this.sent.on('drain', done).on('close', done);
    });
  }

  /** Sends so much, waiting whenever nobody takes it; stops when the connection ends. */
  async pour(bytes: number): Promise<void> {
    const block = Buffer.alloc(MIB, 'x');
    for (let left = bytes; left > 0 && !this.sent.destroyed; left -= block.length) {
      const flows = this.sent.write(left < block.length ? block.subarray(0, left) : block);
      if (!flows) await this.#drained();
    }
  }
}

const programs = await buildGoPrograms();

describe('streamed answers', () => {
  let server: TestServer;
  let node: string;

  const at = (name: string, path: string): string =>
    `${server.gateway}/fn/${server.credentials.project_id}/default/${name}${path}`;

  /** A function with a URL, whose instance takes several requests at once. */
  const publish = async (deployment: Parameters<typeof deploy>[1], handler = 'index.handler'): Promise<string> => {
    const urn = await deploy(server, { returnStream: true, handler, timeout: 20, ...deployment });
    await server.api.call('updateFunctionConfig', {
      params: target(server, urn),
      body: {
        func_name: deployment.name,
        runtime: deployment.runtime,
        handler,
        timeout: deployment.timeout ?? 20,
        memory_size: 256,
        strategy_config: { concurrency: 1, concurrent_num: 10 },
      },
    });
    await server.api.call('setFunctionUrl', { params: target(server, urn), body: { auth: 'none', enabled: true } });
    return urn;
  };
  const go = async (name: string): Promise<void> => {
    expect(await (await fetch(at(name, '/go'))).text()).toBe('went');
  };
  const memory = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) * 1024;
  const outcomeOf = async (requestId: string): Promise<unknown> => (await receiptOf(server, requestId))?.outcome;

  beforeAll(async () => {
    server = await TestServer.start();
    const runtime = await runtimeOf(server, 'Node.js');
    node = await publish({ name: 'stream-node', runtime, files: { 'index.js': NODE } });
    await publish({ name: 'stream-short', runtime, files: { 'index.js': NODE }, timeout: 3 });
    const python = await runtimeOf(server, 'Python');
    await publish({ name: 'stream-python', runtime: python, files: { 'index.py': PYTHON } });
    const files = { bootstrap: BOOTSTRAP, 'server.js': HTTP_SERVER };
    await publish({ name: 'stream-http', runtime: 'http', files }, 'bootstrap');
  });
  afterAll(() => server?.stop());

  it('keeps the switch with the function and reads it back', async () => {
    const { data } = await server.api.call('showFunctionConfig', { params: target(server, node) });
    expect(data.is_return_stream).toBe(true);
    const plain = await deploy(server, {
      name: 'no-stream',
      runtime: await runtimeOf(server, 'Node.js'),
      files: { 'index.js': NODE },
    });
    const off = await server.api.call('showFunctionConfig', { params: target(server, plain) });
    expect(off.data.is_return_stream).toBe(false);
  });

  describe.each(['stream-node', 'stream-python', 'stream-http'])('%s through its URL', (name) => {
    it('reaches the client piece by piece, before the function has ended', async () => {
      const reading = await Reading.open(at(name, '/sse'));
      expect(reading.response.statusCode).toBe(201);
      expect(reading.response.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'x-made': 'here',
        'transfer-encoding': 'chunked',
      });
      let seen = '';
      for (const piece of [0, 1, 2]) {
        seen += `data: ${piece}\n\n`;
        await expect.poll(() => reading.text, PATIENCE).toBe(seen);
        expect(reading.end).toBe(undefined);
        await go(name);
      }
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      await expect
        .poll(() => receiptOf(server, reading.requestId), PATIENCE)
        .toMatchObject({ outcome: 'ok', mode: 'gateway', response_bytes: seen.length });
    });
  });

  it('answers as ever when the function gives its answer as a whole', async () => {
    const answer = await fetch(at('stream-node', '/plain'));
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([203, '5', 'plain']);
  });

  it('cuts the connection when the function fails in the middle, and the receipt tells it', async () => {
    const reading = await Reading.open(at('stream-node', '/breaks'));
    await expect.poll(() => reading.text, PATIENCE).toBe('so far');
    await go('stream-node');
    await expect.poll(() => reading.end, PATIENCE).toBe('cut');
    await expect.poll(() => outcomeOf(reading.requestId), PATIENCE).toBe('function_error');
  });

  it('cuts the connection when the server of an HTTP function dies in the middle', async () => {
    const reading = await Reading.open(at('stream-http', '/die'));
    await expect.poll(() => reading.text, PATIENCE).toBe('so far');
    await go('stream-http');
    await expect.poll(() => reading.end, PATIENCE).toBe('cut');
    await expect.poll(() => outcomeOf(reading.requestId), PATIENCE).toBe('function_error');
  });

  it('refuses headers that are no headers, before anything is sent', async () => {
    const answer = await fetch(at('stream-node', '/bad-head'));
    expect([answer.status >= 500, answer.headers.get('set-cookie')]).toEqual([true, null]);
  });

  it('tells the function when the client is gone, and its instance serves on', async () => {
    const before = await invoke(server, node, { do: '/plain' });
    const reading = await Reading.open(at('stream-node', '/endless'));
    await expect.poll(() => reading.bytes, PATIENCE).toBeGreaterThan(0);
    reading.response.destroy();
    const messages = async (): Promise<string[]> =>
      (await logLines(server, node, { request_id: reading.requestId })).map(({ message }) => message);
    await expect.poll(messages, PATIENCE).toContain('cleaned up');
    await expect.poll(() => outcomeOf(reading.requestId), PATIENCE).toBe('cancelled');
    const after = await invoke(server, node, { do: '/plain' });
    expect(after.receipt.instance_id).toBe(before.receipt.instance_id);
  });

  it('ends a function that does not mind that its client is gone', async () => {
    const before = await invoke(server, node, { do: '/plain' });
    const reading = await Reading.open(at('stream-node', '/deaf'));
    await expect.poll(() => reading.bytes, PATIENCE).toBeGreaterThan(0);
    reading.response.destroy();
    await expect.poll(() => outcomeOf(reading.requestId), PATIENCE).toBe('cancelled');
    const after = await invoke(server, node, { do: '/plain' });
    expect(after.receipt.instance_id).not.toBe(before.receipt.instance_id);
  });

  it('lets the function wait for a slow client, while others are served by the same instance', async () => {
    const reading = await Reading.open(at('stream-node', '/large?mib=30'), { paused: true });
    const given = async (): Promise<number> => (await logLines(server, node, { request_id: reading.requestId })).length;
    await expect.poll(given, PATIENCE).toBeGreaterThan(2);
    // Nothing moves any more: some megabytes lie in sockets, the rest is not made yet.
    let last = -1;
    await expect
      .poll(
        async () => {
          const now = await given();
          const still = now === last;
          last = now;
          return still;
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toBe(true);
    expect(last).toBeLessThan(25);
    for (let i = 0; i < 20; i++) expect((await invoke(server, node, { do: '/plain' })).json.body).toBe('plain');
    reading.read();
    await expect.poll(() => reading.end, PATIENCE).toBe('complete');
    expect(reading.bytes).toBe(30 * MIB);
  });

  it('streams 150 MB without keeping them', { timeout: 120_000 }, async () => {
    const warm = await Reading.open(at('stream-node', '/large?mib=40'));
    await expect.poll(() => warm.end, PATIENCE).toBe('complete');
    const before = memory();
    let peak = before;
    const reading = await Reading.open(at('stream-node', '/large?mib=150'));
    reading.response.on('data', () => {
      peak = Math.max(peak, memory());
    });
    await expect.poll(() => reading.end, { timeout: 100_000, interval: 50 }).toBe('complete');
    expect(reading.bytes).toBe(150 * MIB);
    expect(peak - before).toBeLessThan(75 * MIB);
  });

  it('cuts an answer of more than 200 MB', { timeout: 120_000 }, async () => {
    const reading = await Reading.open(at('stream-node', '/large?mib=210'));
    await expect.poll(() => reading.end, { timeout: 100_000, interval: 50 }).toBe('cut');
    await expect
      .poll(() => receiptOf(server, reading.requestId), PATIENCE)
      .toMatchObject({ outcome: 'function_error', code: 4004 });
  });

  it('counts the timeout of the function from piece to piece', async () => {
    const reading = await Reading.open(at('stream-short', '/slowly'));
    await expect.poll(() => reading.end, PATIENCE).toBe('complete');
    expect(reading.text).toBe('tick\n'.repeat(3));
    const stalled = await Reading.open(at('stream-short', '/stalls'));
    await expect.poll(() => stalled.end, PATIENCE).toBe('cut');
    await expect.poll(() => outcomeOf(stalled.requestId), PATIENCE).toBe('timeout');
  });

  describe('direct calls', () => {
    const direct = async (event: unknown, headers: Record<string, string> = {}): Promise<Reading> => {
      const url = new URL(`${server.endpoint}/v2/${server.credentials.project_id}/fgs/functions/${node}/invocations`);
      const body = JSON.stringify(event);
      const all = { 'Content-Type': 'application/json', ...headers };
      const { access_key: accessKey, secret_key: secretKey } = server.credentials;
      const unsignedCall = {
        method: 'POST',
        url,
        headers: all,
        body: new TextEncoder().encode(body),
        nowMs: Date.now(),
      };
      const signature = await signRequest(unsignedCall, { accessKey, secretKey });
      return Reading.open(url.href, { method: 'POST', headers: { ...all, ...signature }, body });
    };

    it('stream when the client asks, with the receipt and the log in the trailers', async () => {
      const reading = await direct({ do: '/sse' }, { 'X-CFF-Response-Stream': 'true' });
      expect(reading.response.statusCode).toBe(200);
      expect(reading.response.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'x-cff-response-stream': 'true',
      });
      await expect.poll(() => reading.text, PATIENCE).toBe('data: 0\n\n');
      for (let i = 0; i < 3; i++) await invoke(server, node, { do: '/go' });
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      expect(reading.response.trailers).toMatchObject({ 'x-func-err-code': '0', 'x-is-func-err': 'false' });
      const tailed = await direct({ do: '/tail' }, { 'X-CFF-Response-Stream': 'true', 'X-Cff-Log-Type': 'tail' });
      await expect.poll(() => tailed.end, PATIENCE).toBe('complete');
      const { trailers } = tailed.response;
      expect(Buffer.from(String(trailers['x-cff-function-log']), 'base64').toString()).toContain('seen');
      const { receipt } = JSON.parse(String(trailers['x-cff-invoke-summary'])) as { receipt: object };
      expect(receipt).toMatchObject({ outcome: 'ok', response_bytes: 6 });
    });

    it('break off when the function fails in the middle', async () => {
      const reading = await direct({ do: '/breaks' }, { 'X-CFF-Response-Stream': 'true' });
      await expect.poll(() => reading.text, PATIENCE).toBe('so far');
      await invoke(server, node, { do: '/go' });
      await expect.poll(() => reading.end, PATIENCE).toBe('cut');
    });

    it('get one answer when the client does not ask', async () => {
      const answer = await invoke(server, node, { do: '/tail' });
      expect([answer.text, answer.headers.get('content-length'), answer.code]).toEqual(['文字', '6', 0]);
      const v1 = await invoke(
        server,
        node,
        { do: '/tail' },
        {
          'X-CFF-Response-Stream': 'true',
          'X-CFF-Request-Version': 'v1',
        },
      );
      expect(v1.json).toMatchObject({ result: '文字', status: 200 });
    });

    it('get one answer from a function whose switch is off, and so do asynchronous calls', async () => {
      const { data } = await server.api.call('showFunctionConfig', { params: target(server, node) });
      expect(data.is_return_stream).toBe(true);
      const off = await deploy(server, {
        name: 'collects',
        runtime: await runtimeOf(server, 'Node.js'),
        files: { 'index.js': NODE },
      });
      const answer = await invoke(server, off, { do: '/tail' }, { 'X-CFF-Response-Stream': 'true' });
      expect([answer.text, answer.headers.get('x-cff-response-stream')]).toEqual(['文字', null]);
      const id = await enqueue(server, node, { do: '/tail' });
      await expect.poll(() => receiptOf(server, id), PATIENCE).toMatchObject({ mode: 'async', outcome: 'ok' });
    });
  });

  describe('bodies of requests to HTTP functions', () => {
    const to = (path: string, headers: Record<string, string | number> = {}): Sending =>
      new Sending(at('stream-http', path), headers);

    it('reach the function piece by piece, whose answer comes back meanwhile', async () => {
      const sending = to('/echo');
      const reading = await sending.answered;
      let seen = '';
      for (const piece of ['one ', 'two ', 'three ']) {
        sending.sent.write(piece);
        seen += piece;
        await expect.poll(() => reading.text, PATIENCE).toBe(seen);
      }
      sending.sent.end('end');
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      expect([reading.text, reading.response.headers['x-length']]).toEqual([`${seen}end`, 'unknown']);
      expect(await outcomeOf(reading.requestId)).toBe('ok');
    });

    it('are as long as the client says, also when it waits for a word before it sends', async () => {
      const sending = to('/echo', { 'Content-Length': 100_000, Expect: '100-continue' });
      await once(sending.sent, 'continue');
      sending.sent.end(Buffer.alloc(100_000, 'x'));
      const reading = await sending.answered;
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      expect([reading.bytes, reading.response.headers['x-length']]).toEqual([100_000, '100000']);
    });

    it('are read whole before when they are small', async () => {
      const sending = to('/echo', { 'Content-Length': 10 });
      sending.sent.write('01234');
      // Nothing of it is an invocation yet: the same instance is free for others, and the answer has not begun.
      expect(await (await fetch(at('stream-http', '/count'), { method: 'POST', body: 'abc' })).text()).toBe('3');
      sending.sent.end('56789');
      const reading = await sending.answered;
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      expect([reading.text, reading.response.headers['x-length']]).toEqual(['0123456789', '10']);
    });

    it('of 50 MB pass without being kept, and come back the same way', { timeout: 120_000 }, async () => {
      const warm = to('/echo');
      await warm.pour(20 * MIB);
      warm.sent.end();
      const before = memory();
      let peak = before;
      const sending = to('/echo');
      const reading = await sending.answered;
      reading.response.on('data', () => {
        peak = Math.max(peak, memory());
      });
      await sending.pour(50 * MIB);
      sending.sent.end();
      await expect.poll(() => reading.end, { timeout: 100_000, interval: 50 }).toBe('complete');
      expect(reading.bytes).toBe(50 * MIB);
      expect(peak - before).toBeLessThan(40 * MIB);
    });

    it('of more than 200 MB are refused, at once when the length is told', { timeout: 120_000 }, async () => {
      const told = to('/count', { 'Content-Length': 201 * MIB });
      expect((await told.answered).response.statusCode).toBe(413);
      told.sent.destroy();
      const sending = to('/count');
      const pouring = sending.pour(202 * MIB);
      const reading = await sending.answered;
      expect(reading.response.statusCode).toBe(413);
      await expect.poll(() => reading.text, PATIENCE).toContain('FSS.1201');
      expect(await outcomeOf(reading.requestId)).toBe('cancelled');
      sending.sent.destroy();
      await pouring;
    });

    it('wait at the client while the function does not read, and others are served by its instance', async () => {
      const sending = to('/unread');
      const before = memory();
      let poured = false;
      const pouring = sending.pour(100 * MIB).then(() => {
        poured = true;
      });
      for (let i = 0; i < 20; i++) {
        const answer = await fetch(at('stream-http', '/count'), { method: 'POST', body: 'x'.repeat(70_000) });
        expect(await answer.text()).toBe('70000');
      }
      expect([poured, memory() - before < 60 * MIB]).toEqual([false, true]);
      await go('stream-http');
      const reading = await sending.answered;
      await expect.poll(() => reading.text, PATIENCE).toBe('late');
      sending.sent.destroy();
      await pouring;
    });

    it('need not be read for an answer, which the client gets while it still sends', async () => {
      const sending = to('/early');
      sending.sent.write('some');
      const reading = await sending.answered;
      await expect.poll(() => reading.end, PATIENCE).toBe('complete');
      expect([reading.response.statusCode, reading.text]).toEqual([403, 'no need']);
      expect(await outcomeOf(reading.requestId)).toBe('ok');
      sending.sent.destroy();
    });

    describe('are read to their end after an answer that came early', () => {
      /** Says word for word what a client says: those of Node.js close when they have the answer. */
      const speak = (connection: string) => {
        const { hostname, port, pathname } = new URL(at('stream-http', '/early'));
        const socket = connect(Number(port), hostname);
        const heard = { text: '', closed: false };
        socket.on('data', (data: Buffer) => {
          heard.text += data.toString();
        });
        socket.on('end', () => {
          heard.closed = true;
        });
        const head = ['Host: a', `Connection: ${connection}`, 'Content-Length: 5000000'].join('\r\n');
        socket.write(`POST ${pathname} HTTP/1.1\r\n${head}\r\n\r\nabc`);
        return { socket, heard, pathname };
      };
      const REST = Buffer.alloc(5_000_000 - 3);
      const answers = ({ text }: { text: string }): number => text.split('no need').length - 1;

      it('so that the connection serves the next request', async () => {
        const { socket, heard, pathname } = speak('keep-alive');
        await expect.poll(() => answers(heard), PATIENCE).toBe(1);
        socket.write(REST);
        socket.write(`POST ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`);
        await expect.poll(() => answers(heard), PATIENCE).toBe(2);
        socket.destroy();
      });

      it('before the connection is closed, so that the answer is not lost', async () => {
        const { socket, heard } = speak('close');
        await expect.poll(() => answers(heard), PATIENCE).toBe(1);
        expect(heard.closed).toBe(false);
        socket.write(REST);
        await expect.poll(() => heard.closed, PATIENCE).toBe(true);
      });
    });

    it('break off in the function when the client is gone in the middle, and its instance serves on', async () => {
      const urn = await publish(
        {
          name: 'gone-http',
          runtime: 'http',
          files: { bootstrap: BOOTSTRAP, 'server.js': HTTP_SERVER },
        },
        'bootstrap',
      );
      const sending = new Sending(at('gone-http', '/until-gone'));
      sending.sent.write('half');
      const reading = await sending.answered;
      await expect.poll(() => reading.text, PATIENCE).toBe('reading');
      sending.sent.destroy();
      await expect.poll(() => outcomeOf(reading.requestId), PATIENCE).toBe('cancelled');
      const messages = async (): Promise<string[]> => (await logLines(server, urn, {})).map(({ message }) => message);
      await expect.poll(messages, PATIENCE).toContain('complete: false');
      const after = await fetch(at('gone-http', '/echo'), { method: 'POST', body: 'again' });
      expect(await after.text()).toBe('again');
      const receipt = await receiptOf(server, String(after.headers.get('x-cff-request-id')));
      expect(receipt?.instance_id).toBe((await receiptOf(server, reading.requestId))?.instance_id);
    });

    it.each([
      ['its switch is off', false, 'none'],
      ['its URL wants a signature', true, 'iam'],
    ] as const)('are read whole, up to 6 MB, when %s', async (_why, returnStream, auth) => {
      const name = `whole-${auth}`;
      const files = { bootstrap: BOOTSTRAP, 'server.js': HTTP_SERVER };
      const urn = await publish({ name, runtime: 'http', files, returnStream }, 'bootstrap');
      await server.api.call('setFunctionUrl', { params: target(server, urn), body: { auth, enabled: true } });
      const call = async (bytes: number): Promise<[number, string]> => {
        const url = new URL(at(name, '/count'));
        const body = new Uint8Array(bytes);
        const { access_key: accessKey, secret_key: secretKey } = server.credentials;
        const unsignedCall = { method: 'POST', url, headers: {}, body, nowMs: Date.now() };
        const headers = auth === 'iam' ? await signRequest(unsignedCall, { accessKey, secretKey }) : {};
        const answer = await fetch(url, { method: 'POST', headers, body });
        return [answer.status, await answer.text()];
      };
      expect(await call(1_000_000)).toEqual([200, '1000000']);
      expect(await call(7_000_000)).toEqual([413, expect.stringContaining('FSS.1201')]);
    });
  });

  it('is switched with fgs, which shows a result as it comes', async () => {
    const show = async (): Promise<unknown> => {
      const shown = await server.fgs(['functions', 'show', 'cli-stream', '--output', 'json']);
      return (JSON.parse(shown.stdout.toString()) as { is_return_stream: unknown }).is_return_stream;
    };
    const runtime = await runtimeOf(server, 'Node.js');
    await deploy(server, { name: 'cli-stream', runtime, files: { 'index.js': NODE } });
    expect(await show()).toBe(false);
    const updated = await server.fgs(['functions', 'update', 'cli-stream', '--return-stream', 'on']);
    expect(updated.exitCode, updated.stderr).toBe(0);
    expect(await show()).toBe(true);
    const call = ['functions', 'invoke', 'cli-stream', '--stream', '--data'];
    const good = await server.fgs([...call, '{"do":"/tail"}']);
    expect([good.stdout.toString(), good.exitCode]).toEqual(['文字', 0]);
    expect(good.stderr).toContain('ok');
    const broken = await server.fgs([...call, '{"do":"/stalls"}']);
    expect([broken.stdout.toString(), broken.exitCode]).toEqual(['once', 6]);
    expect(broken.stderr).toContain('the result broke off');
  });

  it.skipIf('missing' in programs)('streams what a Go program sends', async () => {
    const stream = 'missing' in programs ? '' : readFileSync(programs.handlers);
    await publish({ name: 'stream-go', runtime: 'Go1.x', files: { stream } }, 'stream');
    const reading = await Reading.open(at('stream-go', '/sse'));
    expect(reading.response.statusCode).toBe(201);
    expect(reading.response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-made-by': 'go' });
    let seen = '';
    for (const piece of [0, 1, 2]) {
      seen += `data: ${piece}\n\n`;
      await expect.poll(() => reading.text, PATIENCE).toBe(seen);
      await go('stream-go');
    }
    await expect.poll(() => reading.end, PATIENCE).toBe('complete');
  });
});
