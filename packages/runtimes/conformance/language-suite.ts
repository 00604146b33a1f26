import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Instance } from './harness.ts';
import type { Interpreter } from './interpreters.ts';
import {
  CALLER,
  CONTEXT_ANSWERS,
  LONG_LOG_COUNT,
  LONG_LOG_PIECES,
  levelsAndTexts,
  SHARED_CASES,
  type SharedCase,
} from './shared-cases.ts';

/** Starts a fresh instance before each test and ends it afterwards. */
export function eachInstance(interpreter: Interpreter, cwd: string): () => Instance {
  let instance: Instance | undefined;
  beforeEach(async () => {
    instance = await Instance.start(interpreter.command, cwd);
  });
  afterEach(async () => {
    await instance?.stop();
    instance = undefined;
  });
  return () => {
    if (instance === undefined) throw new Error('no instance is running');
    return instance;
  };
}

/** Where a language differs from `index.[function]` and from the context of most. */
export interface LanguageTraits {
  /** Name of the shared handler `index.echo`. */
  readonly entry?: (name: string) => string;
  /** Prefix of a user's file in the first frame of a stack. */
  readonly frame?: string;
  /** Answers of context methods that have another type. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** One case of the table, in an instance of its own. */
function sharedCase(
  each: SharedCase,
  current: () => Instance,
  codeRoot: string,
  entry: (name: string) => string,
): void {
  it(each.name, async () => {
    const instance = current();
    const handler = each.handler.includes('.') ? each.handler : `index.${each.handler}`;
    const { header } = await instance.init(codeRoot, entry(handler));
    expect(header).toMatchObject({ type: 'ready', initMs: 0 });
    const answer = await instance.invoke(each.event);
    expect(answer.code).toBe(each.code);
    // Not `toBe`: a difference between texts of megabytes would be printed for minutes.
    if (each.payload !== undefined) expect(answer.payload === each.payload || answer.payload.slice(0, 300)).toBe(true);
    if (each.json !== undefined) expect(JSON.parse(answer.payload)).toEqual(each.json);
    if (each.logs !== undefined) expect(levelsAndTexts(answer.logs)).toEqual(each.logs);
    expect(instance.raw).toBe('');
  });
}

/** Frames between server and instance, and the end of the process: what a program between the two could break. */
export function linkSuite(
  interpreter: Interpreter,
  codeRoot: string,
  hello: RegExp,
  { entry = (name) => name }: LanguageTraits = {},
): void {
  describe('the link', () => {
    const current = eachInstance(interpreter, codeRoot);

    it('sends hello before anything else', async () => {
      expect(await current().hello()).toMatch(hello);
    });

    for (const each of SHARED_CASES.filter((one) => one.ofLink === true)) sharedCase(each, current, codeRoot, entry);

    it('runs several requests at once and keeps their results apart', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.meet'), { concurrency: 2 });
      const answers = await Promise.all([
        instance.invoke('{"name":"a"}', 'r-a'),
        instance.invoke('{"name":"b"}', 'r-b'),
      ]);
      expect(answers.map((answer) => answer.payload)).toEqual(['met as a', 'met as b']);
      expect(instance.logs.map((line) => line.text).sort()).toEqual(['arrived a', 'arrived b']);
    });

    it('is seen to end when the function ends the process, after its last words', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.exits'));
      await expect(instance.invoke('{}')).rejects.toThrow('ended with 3');
      expect(instance.logs.map((line) => line.text)).toContain('last words');
    });

    it('ends by itself when the server breaks the protocol', async () => {
      const instance = current();
      instance.send({ type: 'invoke', requestId: 'too early' }, Buffer.from('{}'));
      expect(await instance.exited).toBe(70);
    });

    it('takes frames that arrive in single bytes', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.echo'));
      instance.trickle(
        { type: 'invoke', requestId: 'slow', timeoutMs: 3000, credentials: {} },
        Buffer.from('"slowly"'),
      );
      const { header, body } = await instance.next((frame) => frame.header.type === 'result');
      expect(body.toString()).toBe('slowly');
      expect(header).toEqual({
        type: 'result',
        requestId: 'slow',
        code: 0,
        ms: expect.any(Number),
      });
    });
  });
}

/** The cases that hold for every language with handlers that are named in its code. */
export function languageSuite(
  interpreter: Interpreter,
  codeRoot: string,
  hello: RegExp,
  traits: LanguageTraits = {},
): void {
  const { entry = (name) => name, frame = './index.', context = {} } = traits;
  linkSuite(interpreter, codeRoot, hello, traits);
  describe('shared cases', () => {
    const current = eachInstance(interpreter, codeRoot);

    for (const each of SHARED_CASES.filter((one) => one.ofLink !== true)) sharedCase(each, current, codeRoot, entry);

    it('refuses an event that is not JSON with the bare text of the parser', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.echo'));
      for (const event of ['', '{"a":', 'plain', Buffer.from([0x22, 0xff, 0x01, 0x22])]) {
        const answer = await instance.invoke(event);
        expect(answer.code).toBe(4002);
        expect(answer.payload).not.toBe('');
        expect(answer.payload).not.toContain('errorMessage');
      }
    });

    it('answers every method of the context', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.context'));
      const answer = await instance.invoke('{}', 'request-1', CALLER);
      expect(JSON.parse(answer.payload)).toEqual({ ...CONTEXT_ANSWERS, ...context });
    });

    it('answers the credentials of a function without agency with empty strings', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.context'));
      const seen = JSON.parse((await instance.invoke('{}')).payload);
      expect([seen.getAccessKey, seen.getSecurityToken, seen.getToken, seen.getWorkflowID]).toEqual(['', '', '', '']);
    });

    it('cuts a long message into pieces of 90 KB between characters', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.longLog'));
      const { logs } = await instance.invoke(`{"count":${LONG_LOG_COUNT}}`);
      expect(logs.map((line) => Buffer.byteLength(line.text))).toEqual(LONG_LOG_PIECES);
      expect(logs.map((line) => line.text).join('') === 'é'.repeat(LONG_LOG_COUNT)).toBe(true);
    });

    it('cuts the text of an error to 64 KB', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.longError'));
      const { code, payload, logs } = await instance.invoke('{"count":5000000}');
      expect(code).toBe(4002);
      const message: string = JSON.parse(payload).errorMessage;
      const beginning = 'function invocation exception, error: ';
      expect(message === beginning + 'é'.repeat(64 * 1024)).toBe(true);
      expect(logs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)).toBeLessThan(150 * 1024);
    });

    it('runs the initializer once, with an empty request id, and its output belongs to no request', async () => {
      const instance = current();
      const { header } = await instance.init(codeRoot, entry('index.prepared'), { initializer: entry('index.init') });
      expect(header.type).toBe('ready');
      expect((await instance.invoke('{}')).payload).toBe('yes, request id []');
      expect((await instance.invoke('{}', 'request-2')).payload).toBe('yes, request id []');
      expect(instance.logs).toEqual([{ requestId: '', level: 'INFO', text: 'initializing' }]);
    });

    it('reports that child processes may have written, and only then', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.spawns'));
      // the pipes of a young process are as new as those that were just written to
      await expect
        .poll(async () => [(await instance.invoke('false', `request-${Math.random()}`)).payload, instance.isRaw])
        .toEqual(['quiet', false]);
      expect([(await instance.invoke('true', 'request-2')).payload, instance.isRaw]).toEqual(['spawned', true]);
      // it comes by a pipe of its own
      await expect.poll(() => instance.raw).toContain('from a child\n');
      await expect
        .poll(async () => {
          await instance.invoke('false', `request-${Math.random()}`);
          return instance.isRaw;
        })
        .toBe(false);
    });

    it('reports a failing initializer as 4009', async () => {
      const { header, body } = await current().init(codeRoot, entry('index.echo'), {
        initializer: entry('index.initFails'),
      });
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      const payload = JSON.parse(body.toString());
      expect(payload.errorMessage).toBe('function initialization exception, error: cannot start');
      expect(payload.stackTrace[0]).toContain(frame);
    });

    it('works on when the function replaces builtins', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('hostile.handler'));
      expect((await instance.invoke('{"state":"here"}')).payload).toBe('still here');
      expect((await instance.invoke('{"state":"here"}', 'request-2')).payload).toBe('still here');
    });
  });
}

/** The cases of streamed answers, which hold for every language that has them; `after` waits for a line of the log. */
export function streamingSuite(interpreter: Interpreter, codeRoot: string): void {
  describe('streamed answers', () => {
    const current = eachInstance(interpreter, codeRoot);
    const CREDIT = 1024 * 1024;

    it('sends each piece when the handler gives it, and a result without a body', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.counts', { concurrency: 2 });
      instance.startStream('{"count":3}');
      const isChunk = (frame: { header: { type: string } }): boolean => frame.header.type === 'chunk';
      // The handler waits for another request after each piece: what came was sent before the end.
      for (const piece of ['piece 0\n', 'piece 1\n', 'piece 2\n']) {
        expect((await instance.next(isChunk)).body.toString()).toBe(piece);
        await instance.invoke('{"go":true}', `go-${piece}`);
      }
      expect(await instance.streamed()).toMatchObject({ code: 0, payload: '', pieces: [] });
    });

    it('sends status and headers with the first piece only', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.withHead');
      instance.startStream('{}');
      const { head, pieces, code } = await instance.streamed();
      expect([code, pieces.join('')]).toEqual([0, 'made']);
      expect(head).toEqual({
        statusCode: 201,
        headers: expect.arrayContaining([
          ['Content-Type', 'text/plain'],
          ['X-Many', 'a'],
          ['X-Many', 'b'],
        ]),
      });
    });

    it('carries text and bytes unchanged', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.mixed');
      instance.startStream('{}');
      expect((await instance.streamed()).pieces.join('')).toBe('文字 and bytes');
    });

    it('sends an empty answer as a beginning without bytes', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.empty');
      instance.startStream('{}');
      expect(await instance.streamed()).toMatchObject({ code: 0, pieces: [''] });
    });

    it('sends no more than it has credit for, and goes on when it gets more', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.large', { concurrency: 2 });
      instance.startStream('{"pieces":40,"size":100000}');
      let spent = 0;
      let bytes = 0;
      const take = async (): Promise<void> => {
        const { body } = await instance.next((frame) => frame.header.type === 'chunk');
        expect(body.length).toBeLessThanOrEqual(256 * 1024);
        spent += body.length + 256;
        bytes += body.length;
      };
      while (spent <= CREDIT - 256 - 1) await take();
      expect(spent).toBeLessThanOrEqual(CREDIT);
      // Another request is answered while this one waits.
      expect((await instance.invoke('{"go":true}', 'other')).code).toBe(0);
      instance.send({ type: 'credit', requestId: 'request-1', bytes: 100_000 });
      const before = bytes;
      // Each chunk costs 256 beside its bytes.
      while (bytes - before < 100_000 - 1024) await take();
      instance.send({ type: 'credit', requestId: 'request-1', bytes: spent });
      const rest = await instance.streamed();
      expect(rest.code).toBe(0);
      expect(bytes + rest.pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(4_000_000);
    });

    it('comes to its end when the caller no longer reads the answer', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.endless');
      instance.startStream('{}');
      await instance.next((frame) => frame.header.type === 'chunk');
      instance.send({ type: 'cancel', requestId: 'request-1' });
      await instance.next((frame) => frame.header.type === 'result');
      await instance.log((line) => line.text === 'cleaned up');
      expect((await instance.invoke('{"go":true}', 'next')).code).toBe(0);
    });

    it('reports an error in the middle as the result', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.breaks');
      instance.startStream('{}');
      const { code, payload, pieces } = await instance.streamed();
      expect([code, pieces.join('')]).toEqual([4002, 'so far']);
      expect(JSON.parse(payload).errorMessage).toBe('function invocation exception, error: no further');
    });

    it('refuses a piece that is neither text nor bytes', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.wrongPiece');
      instance.startStream('{}');
      const { code, payload } = await instance.streamed();
      expect(code).not.toBe(0);
      expect(JSON.parse(payload).errorMessage).toContain('a streamed piece must be');
    });

    it('collects the pieces into one answer for a caller that did not ask for a stream', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.mixed');
      expect(await instance.invoke('{}')).toMatchObject({ code: 0, payload: '文字 and bytes' });
    });

    it('refuses to collect more than 6 MB', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.large');
      const { code, payload } = await instance.invoke('{"pieces":70,"size":100000}');
      expect([code, payload]).toEqual([
        4004,
        expect.stringMatching(/^response body size \d+ exceeds the limit of 6291456$/),
      ]);
      expect((await instance.invoke('{"go":true}', 'next')).code).toBe(0);
    });

    it('streams several answers at once', async () => {
      const instance = current();
      await instance.init(codeRoot, 'streaming.large', { concurrency: 3 });
      for (const id of ['a', 'b', 'c']) instance.startStream('{"pieces":30,"size":100000}', id);
      const answers = await Promise.all(['a', 'b', 'c'].map((id) => instance.streamed(id)));
      for (const { code, pieces } of answers) {
        expect([code, pieces.reduce((sum, piece) => sum + piece.length, 0)]).toEqual([0, 3_000_000]);
      }
    });
  });
}
