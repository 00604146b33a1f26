import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { python } from '../src/languages/python/python.ts';
import { CASES, findPython, isMissing } from './interpreters.ts';
import { frames, laneSuite, sendAll } from './lane-suite.ts';
import { eachInstance, languageSuite, streamingSuite } from './language-suite.ts';

const ROOT = join(CASES, 'python');
const runtimes = process.env.FUNCGRAPH_TEST_RUNTIMES;
const found = await Promise.all(['', '2.7', '3.6', '3.9', '3.13'].map((version) => findPython(version, runtimes)));

for (const each of found) {
  if (isMissing(each)) {
    describe.skip(`${each.name}: ${each.missing}`, () => {
      it('cannot be tried here', () => undefined);
    });
    continue;
  }
  describe(each.name, () => {
    languageSuite(each, ROOT, /^python \d+\.\d+\.\d+/);
    streamingSuite(each, ROOT);
    const current = eachInstance(each, ROOT);

    laneSuite(python, current, () => ROOT, { version: each.version });

    it('keeps requests that come while a generator is read', async () => {
      await current().init(ROOT, 'lanes.pieces');
      await current().hello();
      sendAll(current(), [
        { n: 1, ms: 60 },
        { n: 2, ms: 0 },
      ]);
      expect(await frames(current(), 2)).toEqual(['r-1 = 111', 'r-2 = 222']);
    });

    async function answer(handler: string, event = '{"why":"because"}') {
      await current().init(ROOT, handler);
      const { code, payload, logs } = await current().invoke(event);
      return { code, payload, logs: logs.map((line) => `${line.level} ${line.text}`) };
    }

    async function refusal(handler: string, initializer?: string) {
      const { header, body } = await current().init(ROOT, handler, initializer === undefined ? {} : { initializer });
      return { header, payload: JSON.parse(body.toString()) };
    }

    it('answers None with an empty body', async () => {
      expect(await answer('index.nullResult')).toMatchObject({ code: 0, payload: '' });
    });

    it('prints and answers Chinese text as the guide shows it', async () => {
      const { payload, logs } = await answer('index.chinese_json', '{"城市":"深圳"}');
      expect(payload).toBe('{"城市": "深圳"}');
      expect(logs).toEqual(['INFO {"名": "值"}']);
    });

    it('reads and writes JSON as the module json does, which Python 3 loads for functions that import it only', async () => {
      const { payload } = await answer('same_json.check', JSON.stringify({ seed: 7, texts: 5000 }));
      expect(JSON.parse(payload)).toEqual({ wasLoaded: each.version.startsWith('2.'), different: [] });
    });

    it('writes results by the default of JSONEncoder that a function has set', async () => {
      expect(await answer('same_json.patched')).toMatchObject({ code: 0, payload: '["Plain"]' });
    });

    it('loads the standard library before code that has its names', async () => {
      await current().init(join(ROOT, 'own_names'), 'index.handler');
      expect(await current().invoke('{}')).toMatchObject({ code: 0, payload: '{"read": true}' });
    });

    it('reports results that are not JSON as 4007', async () => {
      const { code, payload } = await answer('index.circular');
      expect([code, JSON.parse(payload).errorMessage]).toEqual([
        4007,
        'function result is invalid, error: Circular reference detected',
      ]);
    });

    it('reports an object of a class as 4007 TypeError', async () => {
      const { code, payload } = await answer('index.unserialisable');
      expect([code, JSON.parse(payload).errorType]).toEqual([4007, 'TypeError']);
    });

    it('does not answer NaN, which is not JSON', async () => {
      expect((await answer('index.not_a_number')).code).toBe(4007);
    });

    it('reports an exception as 4002 with the user frames and logs it', async () => {
      const { code, payload, logs } = await answer('index.fail');
      const parsed = JSON.parse(payload);
      expect(code).toBe(4002);
      expect(Object.keys(parsed)).toEqual(['errorMessage', 'errorType', 'stackTrace']);
      expect(parsed.errorMessage).toBe('function invocation exception, error: went wrong: because');
      expect(parsed.errorType).toBe('TypeError');
      expect(parsed.stackTrace).toHaveLength(1);
      expect(parsed.stackTrace[0]).toMatch(/^File "\.\/index\.py", line \d+, in fail$/);
      const shown = parsed.errorMessage.replace('error: ', `error: ${parsed.errorType}: `);
      expect(logs).toEqual([`ERROR ${shown}\n    ${parsed.stackTrace[0]}`]);
    });

    it('keeps the characters of an error text', async () => {
      expect(JSON.parse((await answer('index.fail_chinese')).payload).errorMessage).toBe(
        'function invocation exception, error: 出错了',
      );
    });

    it('takes sys.exit as a failure and goes on', async () => {
      const { code, payload } = await answer('index.leave');
      expect([code, JSON.parse(payload).errorType]).toEqual([4002, 'SystemExit']);
      expect((await current().invoke('{}', 'request-2')).code).toBe(4002);
    });

    it('takes an exception whose text would end the process as one without a text, and goes on', async () => {
      const { code, payload } = await answer('index.endsWhenRead');
      expect([code, JSON.parse(payload).errorType]).toEqual([4002, 'Ending']);
      expect((await current().invoke('{}', 'request-2')).code).toBe(4002);
    });

    it('shows both ends of a long stack', async () => {
      const { stackTrace } = JSON.parse((await answer('index.deepError')).payload);
      expect(stackTrace).toHaveLength(201);
      expect(stackTrace[100]).toMatch(/^\.\.\. \d+ more$/);
    });

    it('lets only the parent answer when a handler forks', async () => {
      const { payload } = await answer('index.forks');
      expect(payload).toBe('from the parent');
      expect((await current().invoke('{}', 'request-2')).payload).toBe('from the parent');
    });

    it('has the snake-case methods of the context', async () => {
      const { payload } = await answer('index.snake');
      expect(JSON.parse(payload)).toEqual([{ a: 1 }, 'other', 'request-1', 'request-1', '']);
    });

    it('names a missing module', async () => {
      const { header, payload } = await refusal('notExists.handler');
      expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
      expect(payload).toEqual({
        errorMessage: "function entry exception, error: not found module './notExists.py'",
        errorType: 'FunctionLoadError',
      });
    });

    it('does not leave the code for a handler that points out of it', async () => {
      expect((await refusal('../python/index.handler')).payload.errorType).toBe('FunctionLoadError');
    });

    it('names a missing function', async () => {
      expect((await refusal('index.absent')).payload).toEqual({
        errorMessage: "function entry exception, error: handler 'absent' not found in module './index.py'",
        errorType: 'FunctionConfigError',
      });
    });

    it('gives the position of a syntax error', async () => {
      const { payload } = await refusal('broken.handler');
      expect(payload.errorType).toBe('SyntaxError');
      expect(payload.errorMessage).toMatch(/ \(\.\/broken\.py:1\)$/);
    });

    it('keeps the own text of a missing nested dependency', async () => {
      const { payload } = await refusal('nested.handler');
      expect(payload.errorMessage).toMatch(
        /^function entry exception, error: No module named '?no_such_package_anywhere'?$/,
      );
      expect(payload.stackTrace.at(-1)).toBe('File "./nested.py", line 1, in <module>');
    });

    it('logs the kind of an exception whose text says little, and what caused it', async () => {
      const { payload, logs } = await answer('index.lacks_key');
      expect(JSON.parse(payload).errorType).toBe('KeyError');
      expect(logs[0]).toMatch(
        /^ERROR function invocation exception, error: KeyError: 'size'\n {4}File "\.\/index\.py", /,
      );
    });

    it('logs what an exception was caused by', async () => {
      const caused = await answer('index.fails_twice');
      expect(caused.logs[0]).toContain('error: ValueError: no size\n    File "./index.py"');
      if (each.version.startsWith('2.')) return;
      expect(caused.logs[0]).toMatch(
        /\n {4}Caused by: KeyError: 'size'\n {4}File "\.\/index\.py", line \d+, in fails_twice$/,
      );
    });

    it('logs the kind of an exception without a text', async () => {
      expect((await answer('index.fails_without_text')).logs[0]).toMatch(
        /^ERROR function invocation exception, error: ValueError\n {4}File /,
      );
    });

    it('reports an exception at load', async () => {
      expect((await refusal('throws.handler')).payload.errorMessage).toBe('function entry exception, error: at load');
    });

    it('names a missing initializer', async () => {
      const { header, payload } = await refusal('index.echo', 'index.nope');
      expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
      expect(payload.errorMessage).toBe(
        "function initialization exception, error: initializer 'nope' not found in module './index.py'",
      );
    });
  });
}
