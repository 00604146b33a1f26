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
  /** What the shared handler `index.echo` is called. */
  readonly entry?: (name: string) => string;
  /** Begins what the first frame of a stack shows of a user's file. */
  readonly frame?: string;
  /** Answers of context methods that have another type. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The cases that hold for every language with handlers that are named in its code. */
export function languageSuite(
  interpreter: Interpreter,
  codeRoot: string,
  hello: RegExp,
  { entry = (name) => name, frame = './index.', context = {} }: LanguageTraits = {},
): void {
  describe('shared cases', () => {
    const current = eachInstance(interpreter, codeRoot);

    it('says hello before anything else', async () => {
      expect(await current().hello()).toMatch(hello);
    });

    for (const each of SHARED_CASES) {
      it(each.name, async () => {
        const instance = current();
        const handler = each.handler.includes('.') ? each.handler : `index.${each.handler}`;
        const { header } = await instance.init(codeRoot, entry(handler));
        expect(header).toMatchObject({ type: 'ready', initMs: 0 });
        const answer = await instance.invoke(each.event);
        expect(answer.code).toBe(each.code);
        // Not `toBe`: a difference between texts of megabytes would be printed for minutes.
        if (each.payload !== undefined)
          expect(answer.payload === each.payload || answer.payload.slice(0, 300)).toBe(true);
        if (each.json !== undefined) expect(JSON.parse(answer.payload)).toEqual(each.json);
        if (each.logs !== undefined) expect(levelsAndTexts(answer.logs)).toEqual(each.logs);
        expect(instance.raw).toBe('');
      });
    }

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

    it('runs the initializer once, with an empty request id, and its output belongs to no request', async () => {
      const instance = current();
      const { header } = await instance.init(codeRoot, entry('index.prepared'), { initializer: entry('index.init') });
      expect(header.type).toBe('ready');
      expect((await instance.invoke('{}')).payload).toBe('yes, request id []');
      expect((await instance.invoke('{}', 'request-2')).payload).toBe('yes, request id []');
      expect(instance.logs).toEqual([{ requestId: '', level: 'INFO', text: 'initializing' }]);
    });

    it('tells a failing initializer as 4009', async () => {
      const { header, body } = await current().init(codeRoot, entry('index.echo'), {
        initializer: entry('index.initFails'),
      });
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      const payload = JSON.parse(body.toString());
      expect(payload.errorMessage).toBe('function initialization exception, error: cannot start');
      expect(payload.stackTrace[0]).toContain(frame);
    });

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

    it('works on when the function replaces builtins', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('hostile.handler'));
      expect((await instance.invoke('{"state":"here"}')).payload).toBe('still here');
      expect((await instance.invoke('{"state":"here"}', 'request-2')).payload).toBe('still here');
    });

    it('ends with 0 when told to shut down', async () => {
      const instance = current();
      await instance.init(codeRoot, entry('index.echo'));
      await instance.invoke('{}');
      instance.send({ type: 'shutdown' });
      expect(await instance.exited).toBe(0);
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
      const { body } = await instance.next((frame) => frame.header.type === 'result');
      expect(body.toString()).toBe('slowly');
    });
  });
}
