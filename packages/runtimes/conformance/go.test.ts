import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { go } from '../src/languages/go.ts';
import { buildGoPrograms, placeProgram } from './go-programs.ts';
import { goSupervisor } from './interpreters.ts';
import { expectLanes, laneSuite } from './lane-suite.ts';
import { eachInstance } from './language-suite.ts';
import { CALLER, SHARED_CASES } from './shared-cases.ts';

const programs = await buildGoPrograms();
const missing = 'missing' in programs ? programs.missing : undefined;
const { handlers, strangers } = 'missing' in programs ? { handlers: '', strangers: '' } : programs;

/** Log levels are those of other languages; the library's own text reports a result that is too large. */
const COMMON = SHARED_CASES.filter((each) => each.handler !== 'logs' && each.code === 0);

const ENV = {
  KEY: 'value',
  RUNTIME_TIMEOUT: '3',
  RUNTIME_MEMORY: '128',
  RUNTIME_CPU: '300',
  RUNTIME_MAX_RESP_BODY_SIZE: '6291456',
  RUNTIME_FUNC_NAME: 'conformance',
  RUNTIME_FUNC_VERSION: 'latest',
  RUNTIME_PROJECT_ID: 'project-1',
  RUNTIME_PACKAGE: 'default',
  RUNTIME_USERDATA: '{"KEY":"value"}',
};

describe.skipIf(missing !== undefined)(missing === undefined ? 'Go' : `Go: ${missing}`, () => {
  const current = eachInstance(goSupervisor(), tmpdir());
  let root = '';

  beforeAll(() => {
    root = join(mkdtempSync(join(tmpdir(), 'funcgraph-go-')), 'code');
    mkdirSync(root);
    const names = [
      ...new Set(COMMON.map((each) => each.handler)),
      'raw',
      'null',
      'fails',
      'long',
      'panics',
      'circular',
    ];
    names.push('exits', 'fatal', 'logs', 'meet', 'context', 'leaves', 'plugin.Handler', 'stream');
    names.push('lanes.note', 'lanes.remaining', 'lanes.exits');
    for (const name of names) placeProgram(handlers, root, name);
    for (const name of ['richer', 'web', 'noise']) placeProgram(strangers, root, name);
  });
  afterAll(() => rmSync(join(root, '..'), { recursive: true, force: true }));

  async function ready(handler: string): Promise<void> {
    const { header, body } = await current().init(root, handler, { env: ENV, concurrency: 2 });
    expect([header.type, body.toString()]).toEqual(['ready', '']);
    expectLanes(header, go);
  }

  async function refusal(handler: string) {
    const { header, body } = await current().init(root, handler, { env: ENV });
    return { header, message: JSON.parse(body.toString()).errorMessage as string };
  }

  async function answer(handler: string, event: string | Buffer = '{}') {
    await ready(handler);
    return current().invoke(event);
  }

  laneSuite(go, current, () => root, { env: { ...ENV, RUNTIME_TIMEOUT: '10' }, isSupervised: true });

  it('sends hello at once', async () => {
    expect(await current().hello()).toMatch(/^go on node v\d+/);
  });

  it('loads a program within the limits of its phases and reports both', async () => {
    const { header } = await current().init(root, 'text', { env: ENV });
    expect(header).toMatchObject({ type: 'ready', loadMs: expect.any(Number), initMs: expect.any(Number) });
  });

  for (const each of COMMON) {
    it(each.name, async () => {
      const { code, payload } = await answer(each.handler, each.event);
      expect(code).toBe(each.code);
      if (each.payload !== undefined) expect(payload === each.payload || payload.slice(0, 300)).toBe(true);
      if (each.json !== undefined) expect(JSON.parse(payload)).toEqual(each.json);
    });
  }

  it('carries bytes that are no text unchanged both ways, 6 MB of them', async () => {
    await ready('raw');
    const event = Buffer.alloc(
      6_291_456,
      Uint8Array.from({ length: 256 }, (_, at) => at),
    );
    current().send({ type: 'invoke', requestId: 'r-1', timeoutMs: 3000, credentials: {} }, event);
    const { header, body } = await current().next((frame) => frame.header.type === 'result');
    expect(header).toEqual({ type: 'result', requestId: 'r-1', code: 0, ms: expect.any(Number) });
    expect(body.equals(event)).toBe(true);
  });

  it('answers many requests over its one connection', async () => {
    await ready('raw');
    for (let at = 0; at < 200; at++) expect((await current().invoke(`${at}`, `r-${at}`)).payload).toBe(`${at}`);
  });

  it('gives a handler identity, credentials and environment', async () => {
    await current().init(root, 'context', { env: ENV });
    const { payload } = await current().invoke('{}', 'request-1', CALLER);
    expect(JSON.parse(payload)).toMatchObject({
      requestId: 'request-1',
      accessKey: 'ak',
      secretKey: 'sk',
      securityAccessKey: 'sak',
      securitySecretKey: 'ssk',
      securityToken: 'token-s',
      token: 'token-a',
      name: 'conformance',
      version: 'latest',
      project: 'project-1',
      package: 'default',
      alias: '',
      tag: '',
      timeout: 3,
      memory: 128,
      cpu: 300,
      userData: 'value',
      missing: '',
      flow: 'flow-1/run-1/',
      remaining: true,
      env: 'value',
      link: '',
      folder: join(root, '..'),
    });
  });

  it('reports a returned error as FunctionReturnError', async () => {
    const { code, payload, logs } = await answer('fails');
    expect([code, JSON.parse(payload)]).toEqual([
      4002,
      { errorMessage: 'went wrong', errorType: 'FunctionReturnError' },
    ]);
    expect(logs.map((line) => [line.level, line.text])).toEqual([['ERROR', 'went wrong']]);
  });

  it('cuts the text of an error', async () => {
    const { code, payload, logs } = await answer('long');
    expect([code, JSON.parse(payload).errorMessage.length]).toEqual([4002, 64 * 1024]);
    expect(logs.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(100 * 1024);
    expect((await current().invoke('{}', 'request-2')).code).toBe(4002);
  });

  it('reports a panic with its stack and goes on', async () => {
    const { code, payload } = await answer('panics');
    const reported = JSON.parse(payload);
    expect([code, reported.errorMessage, reported.errorType]).toEqual([4002, 'out of ideas', 'panic']);
    expect(reported.stackTrace.length).toBeGreaterThan(1);
    expect(reported.stackTrace[1]).toMatch(/^ {4}\S+\.go:\d+$/);
    expect((await current().invoke('{}', 'request-2')).code).toBe(4002);
  });

  it('reports the bare texts of the library in the form of every error', async () => {
    const { code, payload } = await answer('null');
    expect([code, JSON.parse(payload)]).toEqual([
      4002,
      { errorMessage: 'response is empty', errorType: 'FunctionInvokeError' },
    ]);
    const empty = await current().invoke('', 'request-2');
    expect(JSON.parse(empty.payload).errorMessage).toBe('bad request parameters');
  });

  it('reports a result that is not JSON', async () => {
    const { code, payload } = await answer('circular');
    expect([code, JSON.parse(payload).errorMessage]).toEqual([4002, 'json: unsupported type: chan int']);
  });

  it('reports a result of one byte too many as 4004 in the words of the library', async () => {
    const { code, payload } = await answer('big', '{"size":6291457}');
    expect([code, JSON.parse(payload)]).toEqual([
      4004,
      {
        errorMessage: "Response body size '6291457' larger than max value '6291456'.",
        errorType: 'FunctionResponseTooLarge',
      },
    ]);
  });

  it('answers an asynchronous request with nothing', async () => {
    await ready('text');
    expect(await current().invoke('{}', 'r-1', { invokeType: 'async' })).toMatchObject({ code: 0, payload: '' });
  });

  it('attributes lines of the logger to their request, others to the one started last, all before the result', async () => {
    const { logs } = await answer('logs');
    expect(logs.map((line) => [line.level, line.text]).sort()).toEqual([
      ['ERROR', 'to stderr'],
      ['INFO', 'info text 7'],
      ['INFO', 'no line break'],
      ['INFO', 'printed 中文'],
    ]);
    expect(current().logs[0]).toEqual({ requestId: '', level: 'INFO', text: 'program is up' });
  });

  it('runs several requests at once and keeps answers and log lines apart', async () => {
    await ready('meet');
    const answers = await Promise.all([
      current().invoke('{"name":"a"}', 'r-a'),
      current().invoke('{"name":"b"}', 'r-b'),
    ]);
    expect(answers.map((each) => each.payload)).toEqual(['met as a', 'met as b']);
    expect(answers.map((each) => each.logs.map((line) => line.text))).toEqual([['met a'], ['met b']]);
  });

  it('fails the running request when the program exits, with its exit code and last words', async () => {
    const { code, payload, logs } = await answer('exits');
    expect(current().isLeaving).toBe(true);
    expect([code, JSON.parse(payload)]).toEqual([
      4002,
      {
        errorMessage: "function invocation exception, error: the program 'exits' exited with code 3",
        errorType: 'FunctionExitError',
      },
    ]);
    expect(logs.map((line) => line.text)[0]).toBe('last words');
    expect(await current().exited).toBe(1);
  });

  it('fails the running request when a goroutine panics, with the trace in its log', async () => {
    const { code, payload, logs } = await answer('fatal');
    expect([code, JSON.parse(payload).errorMessage]).toEqual([
      4002,
      "function invocation exception, error: the program 'fatal' exited with code 2",
    ]);
    expect(logs.map((line) => line.text)).toContain('panic: in a goroutine');
  });

  it('reports a program that ends before it listens, with its last words', async () => {
    const { header, message } = await refusal('leaves');
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(message).toMatch(/the program 'leaves' exited with code 7 before it listened on 127\.0\.0\.1:\d+/);
    expect(current().logs[0]).toEqual({ requestId: '', level: 'ERROR', text: 'no configuration' });
  });

  it('ends by itself when the server breaks the protocol', async () => {
    current().send({ type: 'invoke', requestId: 'too early' }, Buffer.from('{}'));
    expect(await current().exited).toBe(70);
  });

  it('refuses an initializer, which Go programs have not', async () => {
    const { header, body } = await current().init(root, 'text', { env: ENV, initializer: 'text' });
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(JSON.parse(body.toString()).errorMessage).toContain('do its work in main');
  });

  describe('streamed answers', () => {
    const isChunk = (frame: { header: { type: string } }): boolean => frame.header.type === 'chunk';

    it('passes on what the program sends to the address of the context, piece by piece', async () => {
      await ready('stream');
      current().startStream('{}');
      const first = await current().next(isChunk);
      expect(first.header).toMatchObject({
        head: {
          statusCode: 201,
          headers: expect.arrayContaining([
            ['Content-Type', 'text/event-stream'],
            ['X-Made-By', 'go'],
          ]),
        },
      });
      for (const at of [0, 1, 2]) {
        expect((await current().next(isChunk)).body.toString()).toBe(`data: ${at}\n\n`);
        await current().invoke('{"go":true}', `go-${at}`);
      }
      expect(await current().streamed()).toMatchObject({ code: 0, payload: '', pieces: [] });
    });

    it('reports an error after the pieces as the result', async () => {
      await ready('stream');
      current().startStream('{"fail":true}');
      for (const at of [0, 1, 2]) await current().invoke('{"go":true}', `go-${at}`);
      const { code, payload } = await current().streamed();
      expect([code, JSON.parse(payload).errorMessage]).toEqual([4002, 'failed at the end']);
    });

    it('breaks the connection of the program when the caller no longer reads the answer', async () => {
      await ready('stream');
      current().startStream('{"endless":true}');
      await current().next(isChunk);
      current().send({ type: 'cancel', requestId: 'request-1' });
      expect((await current().streamed()).code).toBe(0);
      expect((await current().log((line) => line.text.startsWith('ended'))).text).toBe('ended: true');
    });

    it('informs the program that there is no stream', async () => {
      expect((await answer('stream')).payload).toBe('not streamed');
    });
  });

  describe('files that are no program of this machine', () => {
    const wrong = (name: string, bytes: string | Buffer, mode = 0o755): void => {
      writeFileSync(join(root, name), bytes);
      chmodSync(join(root, name), mode);
    };

    it('names a file that is not there', async () => {
      const { header, message } = await refusal('absent');
      expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
      expect(message).toBe(
        "function entry exception, error: the code package has no file 'absent', which the handler names",
      );
    });

    it('reports that a script is for the Custom runtime', async () => {
      wrong('script', '#!/bin/sh\n');
      expect((await refusal('script')).message).toContain('the runtime Custom runs scripts');
    });

    it('names the machine that a program was built for', async () => {
      const bytes = readFileSync(handlers);
      bytes.writeUInt16LE(bytes.readUInt16LE(18) === 183 ? 62 : 183, 18);
      wrong('foreign', bytes);
      expect((await refusal('foreign')).message).toMatch(
        /is built for \w+, this machine is \w+: build it with GOOS=linux/,
      );
    });

    it.each([
      ['windows', Buffer.from('MZ\x90\x00'), 'is a program for Windows'],
      ['macos', Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]), 'is a program for macOS'],
      ['source', 'package main\n\nfunc main() {}\n', 'is not a program'],
      ['nothing-in-it', '', 'is not a program'],
    ])('recognises %s', async (name, bytes, text) => {
      wrong(name, bytes);
      expect((await refusal(name)).message).toContain(text);
    });

    it('reports that a program is not executable', async () => {
      wrong('unexecutable', readFileSync(handlers), 0o644);
      expect((await refusal('unexecutable')).message).toContain('set its mode to 755');
    });

    it('refuses a folder', async () => {
      mkdirSync(join(root, 'folder'), { recursive: true });
      expect((await refusal('folder')).message).toContain('is not a file');
    });

    it('refuses a link that leads out of the code', async () => {
      symlinkSync('/bin/true', join(root, 'outside'));
      expect((await refusal('outside')).message).toContain('is outside of the code');
    });

    it('reports that plugins are the retired form', async () => {
      wrong('plugin.so', Buffer.from('\x7fELF'));
      const { message } = await refusal('plugin.Handler');
      expect(message).toContain('the retired form: build a program whose main calls runtime.Register');
    });
  });

  describe('programs that are not made with the library', () => {
    it('reads an answer with types and fields that it does not know', async () => {
      const first = await answer('richer', 'this');
      expect([first.code, first.payload]).toEqual([0, 'seen this']);
      // The second answer comes without type definitions.
      expect((await current().invoke('that', 'r-2')).payload).toBe('seen that');
    });

    it('names the fault of a web server', async () => {
      const { header, message } = await refusal('web');
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      expect(message).toContain('it does not answer as net/rpc: does its main call runtime.Register?');
    });

    it('ends a program that answers with noise', async () => {
      const { header, message } = await refusal('noise');
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      expect(message).toContain('does not answer as the Go runtime library does: a message of 4294967295 bytes');
    });
  });
});
