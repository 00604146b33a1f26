import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodejs } from '../src/languages/nodejs/nodejs.ts';
import { CASES, type Found, findNode, hostNode, isMissing } from './interpreters.ts';
import { frames, laneSuite, sendAll } from './lane-suite.ts';
import { eachInstance, languageSuite, streamingSuite } from './language-suite.ts';

const ROOT = join(CASES, 'nodejs');
const MODULES = join(CASES, 'nodejs-esm');
const runtimes = process.env.FUNCGRAPH_TEST_RUNTIMES;
const found: Found[] = [hostNode()];
const VERSIONS = ['6.10', '8.10', '10.16', '12.13', '14.18', '16.17', '18.15', '20.15', '22', '24'];
/** With these begin what the shim does otherwise: no `async`, `async`, streams, ES modules; and the newest. */
const TURNS = new Set([6, 8, 12, 14, major(hostNode().version)]);
for (const version of VERSIONS) found.push(await findNode(`Node.js${version}`, runtimes));

for (const each of found) {
  if (isMissing(each)) {
    describe.skip(`${each.name}: ${each.missing}`, () => {
      it('cannot be tried here', () => undefined);
    });
    continue;
  }
  const number = major(each.version);
  describe(each.name, () => {
    languageSuite(each, ROOT, /^node v\d+\.\d+\.\d+$/);
    // the shim does the same for the versions between; with a folder of runtimes, each version runs all cases
    const isTurn = TURNS.has(number) && (each === found[0] || number !== major(hostNode().version));
    if (!isTurn && runtimes === undefined) return;
    // The cases are written with async generators.
    if (number >= 12) streamingSuite(each, ROOT);
    const current = eachInstance(each, ROOT);

    laneSuite(nodejs, current, () => ROOT, { version: each.version });

    it('begins the next request after the code that follows a callback', async () => {
      await current().init(ROOT, 'lanes.afterCallback');
      await current().hello();
      sendAll(current(), [{ n: 1 }, { n: 2 }]);
      const one = (n: number): string[] => [`r-${n}: begin ${n}`, `r-${n} = ${n}`, `r-${n}: end ${n}`];
      expect(await frames(current(), 6)).toEqual([...one(1), ...one(2)]);
    });

    it.skipIf(number < 14)(
      'begins the next request outside of the asynchronous context of the one before',
      async () => {
        await current().init(ROOT, 'lanes.stored');
        await current().hello();
        sendAll(current(), [{ n: 1 }, { n: 2 }, { n: 3 }]);
        expect(await frames(current(), 3)).toEqual(['r-1 = undefined', 'r-2 = undefined', 'r-3 = undefined']);
      },
    );

    async function answer(handler: string, event = '{"why":"because"}') {
      await current().init(ROOT, handler);
      const { code, payload, logs } = await current().invoke(event);
      return { code, payload, logs: logs.map((line) => `${line.level} ${line.text}`) };
    }

    async function refusal(handler: string, initializer?: string) {
      const { header, body } = await current().init(ROOT, handler, initializer === undefined ? {} : { initializer });
      return { header, payload: body.toString() };
    }

    it('streams what a handler with a callback writes', async () => {
      await current().init(ROOT, 'streaming-plain.handler');
      current().startStream('{}');
      const { code, pieces, head } = await current().streamed();
      expect([code, pieces.join('')]).toEqual([0, 'one two']);
      expect(head).toEqual({ statusCode: 201, headers: [['Content-Type', 'text/plain']] });
      expect((await current().invoke('{}', 'request-2')).payload).toBe('one two');
    });

    it.skipIf(number < 12)('streams what a handler that is itself a generator gives', async () => {
      await current().init(ROOT, 'streaming.generator');
      current().startStream('{}');
      expect((await current().streamed()).pieces.join('')).toBe('for request-1');
    });

    it.skipIf(number < 12).each(['endlessStream', 'piped'])(
      'closes the stream of %s when the caller no longer reads the answer',
      async (handler) => {
        await current().init(ROOT, `streaming.${handler}`);
        current().startStream('{}');
        await current().next((frame) => frame.header.type === 'chunk');
        current().send({ type: 'cancel', requestId: 'request-1' });
        await current().next((frame) => frame.header.type === 'result');
        await current().log((line) => line.text === 'cleaned up' || line.text === 'source closed');
      },
    );

    it.skipIf(number < 12)('reports that a returned value is left out beside a stream', async () => {
      await current().init(ROOT, 'streaming.valueToo');
      current().startStream('{}');
      expect((await current().streamed()).pieces.join('')).toBe('streamed');
      expect(current().logs.map((line) => line.level)).toEqual(['WARN']);
    });

    it.skipIf(number < 12)('sends nothing of a request that is answered', async () => {
      await current().init(ROOT, 'streaming.lateWrite');
      current().startStream('{}');
      const { code, pieces } = await current().streamed();
      expect([code, pieces.join('')]).toEqual([4002, 'early']);
      expect((await current().invoke('{"go":true}', 'next')).payload).toBe('went');
    });

    it('answers null with the text null', async () => {
      expect(await answer('index.nullResult')).toMatchObject({ code: 0, payload: 'null' });
      expect((await current().invoke('{}')).payload).toBe('null');
    });

    it('answers a Buffer as its JSON form', async () => {
      expect((await answer('index.buffer')).payload).toBe('{"type":"Buffer","data":[97,98]}');
    });

    it('reports a circular result as 4007', async () => {
      const { code, payload } = await answer('index.circular');
      expect(code).toBe(4007);
      expect(JSON.parse(payload)).toEqual({
        errorMessage: expect.stringMatching(
          /^function result is invalid, error: Converting circular structure to JSON/,
        ),
        errorType: 'TypeError',
      });
    });

    it('reports a thrown error as 4002 with the user frames and logs it', async () => {
      const { code, payload, logs } = await answer('index.fail');
      expect(code).toBe(4002);
      const parsed = JSON.parse(payload);
      expect(payload).toBe(JSON.stringify(parsed, null, 4));
      expect(Object.keys(parsed)).toEqual(['errorMessage', 'errorType', 'stackTrace']);
      expect(parsed.errorMessage).toBe('function invocation exception, error: went wrong: because');
      expect(parsed.errorType).toBe('TypeError');
      expect(parsed.stackTrace).toHaveLength(1);
      expect(parsed.stackTrace[0]).toMatch(/^at .*\(?\.\/index\.js:\d+:\d+\)?$/);
      expect(logs).toHaveLength(1);
      const shown = parsed.errorMessage.replace('error: ', `error: ${parsed.errorType}: `);
      expect(logs[0]).toBe(`ERROR ${shown}\n    ${parsed.stackTrace[0]}`);
    });

    it('reports a thrown text as UserFunctionError', async () => {
      expect(JSON.parse((await answer('index.throwText')).payload)).toEqual({
        errorMessage: 'function invocation exception, error: just text',
        errorType: 'UserFunctionError',
        stackTrace: [],
      });
    });

    it('reports the error passed to a callback', async () => {
      const error = await answer('index.callbackError');
      expect([error.code, JSON.parse(error.payload)]).toEqual([
        4001,
        { errorMessage: 'function entry exception, error: x', errorType: 'Error' },
      ]);
    });

    it('answers an error text as it is', async () => {
      expect(await answer('index.callbackText')).toMatchObject({ code: 4001, payload: 'text' });
    });

    it('answers an error object with its own fields', async () => {
      expect(await answer('index.callbackObject')).toMatchObject({
        code: 4001,
        payload: '{"a":1,"message":"function entry exception, error: undefined"}',
      });
    });

    it('cuts an error text, and says how large an error object is', async () => {
      const text = await answer('index.callbackLong', '{"isText":true}');
      expect([text.code, text.payload.length]).toEqual([4001, 64 * 1024]);
      const { code, payload } = await current().invoke('{}', 'request-2');
      expect([code, JSON.parse(payload).errorMessage]).toEqual([
        4001,
        expect.stringMatching(/^function entry exception, error: an error object of 100000\d\d characters as JSON$/),
      ]);
    });

    it('takes a callback without arguments as failure', async () => {
      expect((await answer('index.callbackNothing')).code).toBe(4001);
    });

    it('takes a falsy error as success', async () => {
      expect(await answer('index.callbackFalse')).toMatchObject({ code: 0, payload: 'fine' });
    });

    it('counts only the first callback and ignores a later throw', async () => {
      expect(await answer('index.callbackTwice')).toEqual({ code: 0, payload: 'first', logs: [] });
    });

    it('survives a throw after the result and logs it', async () => {
      expect((await answer('index.lateThrow')).payload).toBe('done');
      const line = await current().log((each) => each.text.includes('after the result'));
      expect(line).toMatchObject({ level: 'ERROR', requestId: 'request-1' });
      expect((await current().invoke('{}', 'request-2')).payload).toBe('done');
    });

    it('fails the only running request when something throws in a timer', async () => {
      const { code, payload } = await answer('index.timerThrow');
      expect(code).toBe(4002);
      expect(JSON.parse(payload).errorMessage).toBe('function invocation exception, error: in a timer');
    });

    it('logs an unhandled rejection by that word and with its stack', async () => {
      await current().init(ROOT, 'index.forgotten');
      current().send({ type: 'invoke', requestId: 'request-1', timeoutMs: 1000, credentials: {} }, Buffer.from('{}'));
      const line = await current().log((each) => each.text.includes('nothing catches this'));
      expect([line.level, line.requestId]).toEqual(['ERROR', 'request-1']);
      expect(line.text).toMatch(
        /^unhandled promise rejection: function invocation exception, error: TypeError: nothing catches this\n {4}at .*\.\/index\.js:\d+/,
      );
      // older versions only warn of it
      if (number < 15) return;
      const { header } = await current().next((frame) => frame.header.type === 'result');
      expect(header).toMatchObject({ requestId: 'request-1', code: 4002 });
    });

    it('shows the frames of Node.js for an uncaught error that has none of the function', async () => {
      const { code, logs } = await answer('index.refused');
      expect(code).toBe(4002);
      expect(logs[0]).toMatch(
        /^ERROR uncaught exception: function invocation exception, error: connect ECONNREFUSED [^\n]*\n {4}at /,
      );
    });

    it('explains in the log why a handler with one parameter is refused', async () => {
      const { payload } = await refusal('index.one');
      expect(JSON.parse(payload).errorMessage).toMatch(/parameters, but received 1$/);
      const { text } = await current().log((each) => each.text.includes('received 1'));
      expect(text).toContain('counts the parameters that a handler declares');
      expect(text).toContain(
        number < 8 ? 'exports.one = (event, context, callback) =>' : 'exports.one = async (event, context) =>',
      );
    });

    it('refuses handlers with the wrong number of parameters', async () => {
      const { header, payload } = await refusal('index.four');
      expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
      const requested = number < 8 ? '3' : '2 or 3';
      expect(JSON.parse(payload)).toEqual({
        errorMessage: `function entry exception, error: handler expect to have ${requested} parameters, but received 4`,
        errorType: 'FunctionLoadError',
      });
    });

    it('names a missing module', async () => {
      expect(JSON.parse((await refusal('notExists.handler')).payload)).toEqual({
        errorMessage: "function entry exception, error: not found module './notExists.js'",
        errorType: 'FunctionLoadError',
      });
    });

    it('names a missing export, also one that is no function', async () => {
      expect(JSON.parse((await refusal('index.notFunction')).payload)).toEqual({
        errorMessage: "function entry exception, error: handler 'notFunction' not found in module './index.js'",
        errorType: 'FunctionConfigError',
      });
    });

    it('refuses a handler without a dot', async () => {
      expect(JSON.parse((await refusal('index')).payload).errorType).toBe('FunctionConfigError');
    });

    it('gives the position of a syntax error', async () => {
      const parsed = JSON.parse((await refusal('broken.handler')).payload);
      expect(parsed.errorType).toBe('SyntaxError');
      expect(parsed.errorMessage).toMatch(
        /^function entry exception, error: Unexpected token '?;'? \(\.\/broken\.js:3\)$/,
      );
    });

    it('keeps the own text of a missing nested dependency', async () => {
      const nested = JSON.parse((await refusal('nested.handler')).payload);
      expect(nested.errorMessage).toMatch(
        /^function entry exception, error: Cannot find module 'no-such-package-anywhere'/,
      );
    });

    it('reports an error at load with its place', async () => {
      const parsed = JSON.parse((await refusal('throws.handler')).payload);
      expect(parsed).toMatchObject({ errorMessage: 'function entry exception, error: at load', errorType: 'Error' });
      expect(parsed.stackTrace[0]).toMatch(/\.\/throws\.js:1:\d+/);
    });

    it('makes messages of what is written to the descriptors of the standard streams', async () => {
      expect(await answer('index.writesToDescriptors')).toEqual({
        code: 0,
        payload: 'written',
        logs: ['INFO one two', 'ERROR three'],
      });
    });

    it('refuses an initializer with one parameter', async () => {
      const { header, payload } = await refusal('index.echo', 'index.initOne');
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      expect(JSON.parse(payload)).toEqual({
        errorMessage:
          'function initialization exception, error: initializer expect to have 2 parameters, but received 1',
        errorType: 'FunctionConfigError',
      });
    });

    it('names a missing initializer', async () => {
      expect(JSON.parse((await refusal('index.echo', 'index.nope')).payload).errorMessage).toBe(
        "function initialization exception, error: initializer 'nope' not found in module './index.js'",
      );
    });

    if (number >= 8) {
      it('waits for the promise of an asynchronous handler', async () => {
        expect(await answer('modern.asyncEcho', '{"a":1}')).toMatchObject({ code: 0, payload: '{"a":1}' });
      });

      it('reports a rejection as 4002', async () => {
        const { code, payload } = await answer('modern.asyncFail');
        expect([code, JSON.parse(payload).errorType]).toEqual([4002, 'RangeError']);
      });

      it('ignores what a handler returns that is no promise', async () => {
        await current().init(ROOT, 'modern.syncReturn', { concurrency: 2 });
        current().send({ type: 'invoke', requestId: 'waits', timeoutMs: 1, credentials: {} }, Buffer.from('{}'));
        current().send({ type: 'invoke', requestId: 'broken', timeoutMs: 1, credentials: {} }, Buffer.from('{'));
        const first = await current().next((frame) => frame.header.type === 'result');
        expect(first.header).toMatchObject({ requestId: 'broken' });
      });

      it('waits for an asynchronous initializer', async () => {
        const { header } = await current().init(ROOT, 'modern.asyncEcho', { initializer: 'modern.asyncInit' });
        expect(header.type).toBe('ready');
      });
    }

    if (number >= 14) {
      it('loads ES modules by package type', async () => {
        await current().init(MODULES, 'index.handler');
        expect((await current().invoke('{"path":"/a/b"}')).payload).toBe('b');
        expect(current().logs).toEqual([]);
      });

      it('loads a file with the extension of ES modules', async () => {
        await current().init(MODULES, 'entry.handler');
        expect((await current().invoke('{}')).payload).toBe('mjs');
      });

      it('shows frames of ES modules relative to the code', async () => {
        await current().init(MODULES, 'index.fail');
        expect(JSON.parse((await current().invoke('{}')).payload).stackTrace[0]).toMatch(/\.\/index\.js:4:\d+/);
      });
    }
  });
}

function major(version: string): number {
  return Number(version.split('.')[0]);
}
