import { once } from 'node:events';
import { connect } from 'node:net';
import { signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logLines, PATIENCE, receiptOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { MIB, Sending } from './streaming/by-hand.ts';
import { HTTP_FILES } from './streaming/http-server.ts';
import { Published } from './streaming/published.ts';

describe('bodies of requests to HTTP functions', () => {
  let server: TestServer;
  let functions: Published;

  beforeAll(async () => {
    server = await TestServer.start();
    functions = new Published(server);
    await functions.add({ name: 'stream-http', runtime: 'http', files: HTTP_FILES }, 'bootstrap');
  });
  afterAll(() => server?.stop());

  const to = (path: string, headers: Record<string, string | number> = {}): Sending =>
    new Sending(functions.at('stream-http', path), headers);

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
    expect(await functions.outcomeOf(reading.requestId)).toBe('ok');
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
    expect(await (await fetch(functions.at('stream-http', '/count'), { method: 'POST', body: 'abc' })).text()).toBe(
      '3',
    );
    sending.sent.end('56789');
    const reading = await sending.answered;
    await expect.poll(() => reading.end, PATIENCE).toBe('complete');
    expect([reading.text, reading.response.headers['x-length']]).toEqual(['0123456789', '10']);
  });

  it('of 150 MB pass without being kept, and come back the same way', async () => {
    const warm = to('/echo');
    await warm.pour(20 * MIB);
    warm.sent.end();
    const before = functions.memory();
    let peak = before;
    const sending = to('/echo');
    const reading = await sending.answered;
    reading.response.on('data', () => {
      peak = Math.max(peak, functions.memory());
    });
    await sending.pour(150 * MIB);
    sending.sent.end();
    await expect.poll(() => reading.end, { timeout: 100_000, interval: 50 }).toBe('complete');
    expect(reading.bytes).toBe(150 * MIB);
    expect(peak - before).toBeLessThan(90 * MIB);
  });

  it('of more than 200 MB are refused, at once when the length is declared', async () => {
    const reported = to('/count', { 'Content-Length': 201 * MIB });
    expect((await reported.answered).response.statusCode).toBe(413);
    reported.sent.destroy();
    const sending = to('/count');
    const pouring = sending.pour(202 * MIB);
    const reading = await sending.answered;
    expect(reading.response.statusCode).toBe(413);
    await expect.poll(() => reading.text, PATIENCE).toContain('FSS.1201');
    expect(await functions.outcomeOf(reading.requestId)).toBe('cancelled');
    sending.sent.destroy();
    await pouring;
  });

  it('wait at the client while the function does not read, and others are served by its instance', async () => {
    const sending = to('/unread');
    const before = functions.memory();
    let poured = false;
    const pouring = sending.pour(100 * MIB).then(() => {
      poured = true;
    });
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(functions.at('stream-http', '/count'), { method: 'POST', body: 'x'.repeat(70_000) });
      expect(await answer.text()).toBe('70000');
    }
    expect([poured, functions.memory() - before < 60 * MIB]).toEqual([false, true]);
    await functions.go('stream-http');
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
    expect(await functions.outcomeOf(reading.requestId)).toBe('ok');
    sending.sent.destroy();
  });

  describe('are read to their end after an answer that came early', () => {
    /** Says word for word what a client says: those of Node.js close when they have the answer. */
    const speak = (connection: string) => {
      const { hostname, port, pathname } = new URL(functions.at('stream-http', '/early'));
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
    const urn = await functions.add(
      {
        name: 'gone-http',
        runtime: 'http',
        files: HTTP_FILES,
      },
      'bootstrap',
    );
    const sending = new Sending(functions.at('gone-http', '/until-gone'));
    sending.sent.write('half');
    const reading = await sending.answered;
    await expect.poll(() => reading.text, PATIENCE).toBe('reading');
    sending.sent.destroy();
    await expect.poll(() => functions.outcomeOf(reading.requestId), PATIENCE).toBe('cancelled');
    const messages = async (): Promise<string[]> => (await logLines(server, urn, {})).map(({ message }) => message);
    await expect.poll(messages, PATIENCE).toContain('complete: false');
    const after = await fetch(functions.at('gone-http', '/echo'), { method: 'POST', body: 'again' });
    expect(await after.text()).toBe('again');
    const receipt = await receiptOf(server, String(after.headers.get('x-cff-request-id')));
    expect(receipt?.instance_id).toBe((await receiptOf(server, reading.requestId))?.instance_id);
  });

  it.each([
    ['its switch is off', false, 'none'],
    ['its URL wants a signature', true, 'iam'],
  ] as const)('are read whole, up to 6 MB, when %s', async (_why, returnStream, auth) => {
    const name = `whole-${auth}`;
    const urn = await functions.add({ name, runtime: 'http', files: HTTP_FILES, returnStream }, 'bootstrap');
    await server.api.call('setFunctionUrl', { params: target(server, urn), body: { auth, enabled: true } });
    const call = async (bytes: number): Promise<[number, string]> => {
      const url = new URL(functions.at(name, '/count'));
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
