import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { java } from '../src/languages/java/java.ts';
import { Instance } from './harness.ts';
import { CASES, findJvms, isMissing } from './interpreters.ts';
import { SIGNATURES } from './java-signatures.ts';
import { expectLanes, frames, laneSuite, sendAll } from './lane-suite.ts';
import { eachInstance, languageSuite, linkSuite } from './language-suite.ts';

const SOURCES = join(CASES, 'java');
const JAR = join(CASES, '..', '..', 'java', 'build', 'shim.jar');
const SANDBOX = mkdtempSync(join(tmpdir(), 'fg-java-cases-'));
const ROOT = join(SANDBOX, 'opt/function');
const HELLO = /^java \d+\.\d+\.\d+/;
const found = await findJvms(SANDBOX);

const entry = (name: string): string => {
  const [file = '', method = ''] = name.split('.');
  if (file === 'dir/entry') return `dir.Entry.${method}`;
  return `demo.${file.charAt(0).toUpperCase()}${file.slice(1)}.${method}`;
};

beforeAll(() => {
  const jvm = found.find((each) => !isMissing(each));
  if (jvm === undefined || isMissing(jvm)) return;
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.java'));
  const files = names.map((name) => join(SOURCES, name));
  execFileSync(jvm.javac, ['--release', '8', '-nowarn', '-encoding', 'UTF-8', '-cp', JAR, '-d', ROOT, ...files], {
    stdio: 'pipe',
  });
});

afterAll(() => rmSync(SANDBOX, { recursive: true, force: true }));

for (const each of found) {
  if (isMissing(each)) {
    describe.skip(`${each.name}: ${each.missing}`, () => {
      it('cannot be tried here', () => undefined);
    });
    continue;
  }
  describe(each.name, () => {
    const traits = { entry, frame: 'at demo.Index.' };
    // the relay only forwards frames
    if (each.relayed) {
      linkSuite(each, ROOT, HELLO, traits);
      const relayed = eachInstance(each, ROOT);

      it('takes one request at a time, because what the relay has is not yet in the socket to the server', async () => {
        const { header } = await relayed().init(ROOT, 'demo.Index.echo');
        expectLanes(header, java, '11');
      });
      return;
    }
    languageSuite(each, ROOT, HELLO, {
      ...traits,
      context: { getRunningTimeInSeconds: 3, getMemorySize: 128, getCPUNumber: 300 },
    });
    const current = eachInstance(each, ROOT);

    laneSuite(java, current, () => ROOT, { version: each.version, entry });

    it('runs all requests of a lane when user code interrupts its thread all the time', async () => {
      await current().init(ROOT, 'demo.Lanes.interrupted');
      await current().hello();
      const events = Array.from({ length: 200 }, (_, at) => ({ n: at + 1 }));
      sendAll(current(), events);
      expect(await frames(current(), 200)).toEqual(events.map(({ n }) => `r-${n} = ${n}`));
    });

    async function answer(handler: string, event: string | Buffer = '{}') {
      const { header, body } = await current().init(ROOT, `demo.${handler}`);
      if (header.type !== 'ready') throw new Error(body.toString());
      const { code, payload, logs } = await current().invoke(event);
      return { code, payload, logs: logs.map((line) => `${line.level} ${line.text}`) };
    }

    async function refusal(handler: string, more: Record<string, string> = {}) {
      const { header, body } = await current().init(ROOT, `demo.${handler}`, more);
      return { header, payload: JSON.parse(body.toString()) };
    }

    describe('events and results', () => {
      it('maps fields of every kind in and out and leaves empty ones out', async () => {
        const order = {
          count: 3,
          big: 9007199254740993n,
          price: 1.25,
          exact: '12345678901234567890.123456789',
          paid: true,
          letter: 'z',
          colour: 'GREEN',
          items: [{ value: 1, more: [2, 3] }],
          parts: { a: { count: 1 } },
          colours: ['RED', 'GREEN'],
          numbers: [4, 5],
          date: '2026-01-02T03:04:05Z',
          instant: '2026-01-02T03:04:05Z',
          day: '2026-01-02',
          id: '123e4567-e89b-12d3-a456-426614174000',
          maybe: 'there',
          anything: { deep: [true, 'x'] },
        };
        const event = JSON.stringify(order, (_, value) => (typeof value === 'bigint' ? `#${value}#` : value));
        const { code, payload } = await answer('Shapes.order', event.replace(/"#(\d+)#"/, '$1'));
        expect(code, payload).toBe(0);
        expect(payload).toContain('"big":9007199254740993');
        expect(payload).toContain('"exact":12345678901234567890.123456789');
        const got = JSON.parse(payload);
        expect(got).toMatchObject({ ...order, big: 9007199254740992, exact: 12345678901234567000 });
        expect(got.inherited).toBe('base');
        expect(got.parts.a.letter).toBe('a');
        expect(Object.keys(got)).not.toContain('note');
        expect(Object.keys(got)).not.toContain('unseen');
      });

      it('gives generic members the types they were declared with', async () => {
        const event = {
          items: [{ value: 1, more: [2, 3] }],
          parts: { a: {} },
          colours: ['RED'],
          anything: { n: 1 },
          numbers: [4, 5],
        };
        expect(JSON.parse((await answer('Shapes.types', JSON.stringify(event))).payload)).toEqual({
          item: 4,
          part: 'demo.Shapes$Order',
          colour: 'demo.Shapes$Colour',
          anything: 'java.lang.Double',
          sum: 9,
        });
      });

      it('reads generic maps with enum keys', async () => {
        expect((await answer('Shapes.generic', '{"RED":[1,2],"GREEN":[5]}')).payload).toBe('["RED2","RED3","GREEN6"]');
      });

      it('makes objects of classes that have no constructor without parameters', async () => {
        expect((await answer('Shapes.answer', '{"statusCode":200,"body":"b"}')).payload).toBe(
          '{"statusCode":201,"body":"b!"}',
        );
      });

      it('hands a text over as it came', async () => {
        expect((await answer('Shapes.raw', ' {"a" : 1}')).payload).toBe('< {"a" : 1}>');
      });

      it('calls handlers without event, and static ones with the context alone', async () => {
        expect((await answer('Shapes.nothingGiven', 'not JSON')).payload).toBe('no parameters');
      });

      it('knows the context under its two other names', async () => {
        expect(await answer('Shapes.fixed')).toMatchObject({
          payload: 'conformance',
          logs: ['INFO by the short name'],
        });
      });

      it('takes context and event in the other order', async () => {
        expect(await answer('Shapes.third', '{"a":"b"}')).toMatchObject({
          payload: 'b',
          logs: ['INFO by the long name'],
        });
      });

      it('lets a handler read and write bytes', async () => {
        await current().init(ROOT, 'demo.Shapes.stream');
        current().send({ type: 'invoke', requestId: 'r', timeoutMs: 3000, credentials: {} }, Buffer.from([0, 1, 200]));
        const { body } = await current().next((frame) => frame.header.type === 'result');
        expect([...body]).toEqual([255, 254, 55]);
      });

      it('answers the bytes of a stream that a handler returns', async () => {
        await current().init(ROOT, 'demo.Shapes.returnedStream');
        current().send({ type: 'invoke', requestId: 'r', timeoutMs: 3000, credentials: {} }, Buffer.from('x'));
        const { body } = await current().next((frame) => frame.header.type === 'result');
        expect([...body]).toEqual([1, 2, 200]);
      });

      it('writes what JSON has no form for as text', async () => {
        expect(JSON.parse((await answer('Shapes.sparse')).payload)).toEqual({
          list: [null],
          quote: '"\\\n\u0001<>',
          when: '1970-01-01T00:00:00Z',
          path: '/tmp/x',
          type: 'GREEN',
        });
      });

      it('calls the overload that takes most', async () => {
        expect((await answer('Shapes.overloaded')).payload).toBe('two');
      });

      it('uses the Gson of the package for its own types and names', async () => {
        expect((await answer('WithGson.tree', '{"a": [1]}')).payload).toBe('{"a": [1]}');
      });

      it('writes Gson trees inside other results', async () => {
        expect((await answer('WithGson.inside', '{"a": [1]}')).payload).toBe('{"got":{"a": [1]}}');
      });

      it('reads and writes serialized names', async () => {
        expect((await answer('WithGson.named', '{"other_name":"x"}')).payload).toBe('{"other_name":"x!"}');
      });

      it.each([
        ['Shapes.circular', /circular/],
        ['Shapes.notANumber', /NaN/],
      ])('reports a result that is not JSON as 4007: %s', async (handler, text) => {
        const { code, payload } = await answer(handler);
        expect([code, JSON.parse(payload).errorType]).toEqual([4007, 'FunctionResultInvalid']);
        expect(JSON.parse(payload).errorMessage).toMatch(text);
      });

      it.each([
        ['{"count":"x"}', /'x'/],
        ['{"count":1.5}', /1\.5/],
        ['{"items":{}}', /an object/],
        ['[]', /a list/],
        ['{"date":"tomorrow"}', /tomorrow/],
        [`${'['.repeat(2000)}${']'.repeat(2000)}`, /deeper/],
      ])('reports an event that does not fit as 4002 with the bare reason: %.20s', async (event, text) => {
        const { code, payload } = await answer('Shapes.order', event);
        expect(code).toBe(4002);
        expect(payload).toMatch(text);
      });

      it.each([
        [
          'apig',
          '{"httpMethod":"GET","path":"/a","isBase64Encoded":true,"body":"aGk=","requestContext":{"requestId":"r"}}',
          '{"body":"GET /a r hi","headers":{"Content-Type":"text/plain"},"statusCode":201,"isBase64Encoded":false}',
        ],
        ['timer', '{"trigger_name":"t","user_event":"u"}', 'tu'],
        ['dis', '{"ShardID":"s","Message":{"records":[{"data":"aGk="}]}}', 'shi'],
        ['smn', '{"record":[{"smn":{"message":"m"}}]}', 'm'],
        ['lts', '{"lts":{"data":"aGk="}}', 'hi'],
        ['kafka', '{"instance_id":"i","records":[{"messages":["m"],"topic_id":"t"}]}', 'im'],
        ['s3', '{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"k","size":7}}}]}', 'b7'],
      ])('has the event classes of %s', async (name, event, result) => {
        expect((await answer(`Events.${name}`, event)).payload).toBe(result);
      });

      it('links with code that was compiled against the library of these classes', async () => {
        const { payload } = await answer('Signatures.missing', JSON.stringify(SIGNATURES));
        expect(JSON.parse(payload)).toEqual([]);
      });

      it('has a context that user code can turn into JSON, by its fields or by its getters', async () => {
        expect(JSON.parse((await answer('Signatures.context')).payload)).toEqual([]);
      });
    });

    describe('failures', () => {
      it('reports an exception as 4002 with the frames of the user and logs it', async () => {
        const { code, payload, logs } = await answer('Index.fail', '{"why":"because"}');
        expect(code).toBe(4002);
        expect(
          payload.startsWith('{\n  "errorMessage": "function invocation exception, error: went wrong: because",\n'),
        ).toBe(true);
        const parsed = JSON.parse(payload);
        expect(parsed.errorType).toBe('java.lang.IllegalArgumentException');
        expect(parsed.stackTrace).toEqual([expect.stringMatching(/^at demo\.Index\.fail\(Index\.java:\d+\)$/)]);
        const shown = parsed.errorMessage.replace('error: ', `error: ${parsed.errorType}: `);
        expect(logs).toEqual([`ERROR ${shown}\n    ${parsed.stackTrace[0]}`]);
      });

      it('shows causes and how many frames they share', async () => {
        const { stackTrace } = JSON.parse((await answer('Index.failDeep')).payload);
        expect(stackTrace[0]).toMatch(/^at demo\.Index\.failDeep/);
        expect(stackTrace[1]).toBe('Caused by: java.lang.IllegalArgumentException: went wrong: null');
        expect(stackTrace[2]).toMatch(/^at demo\.Index\.fail\(/);
        expect(stackTrace.at(-1)).toMatch(/^\.\.\. \d+ more$/);
      });

      it('survives a stack that overflows', async () => {
        const { code, payload } = await answer('Life.deep');
        expect([code, JSON.parse(payload).errorType]).toEqual([4002, 'java.lang.StackOverflowError']);
        expect(JSON.parse(payload).stackTrace.length).toBeLessThanOrEqual(200);
        expect((await current().invoke('{}', 'request-2')).code).toBe(4002);
      });

      it('shortens frames with long names', async () => {
        const long = await answer('Hostile.failWithLongNames');
        expect([long.code, long.payload.length < 256 * 1024]).toEqual([4002, true]);
        const { stackTrace } = JSON.parse(long.payload);
        expect(stackTrace).toHaveLength(200);
        expect(stackTrace[0]).toMatch(/^at n{1021}$/);
      });

      it('leaves out frames that are none', async () => {
        const none = await answer('Hostile.failWithoutFrames');
        expect([none.code, JSON.parse(none.payload)]).toMatchObject([
          4002,
          { errorMessage: 'function invocation exception, error: no frames', stackTrace: [] },
        ]);
      });

      it('does not take a thread that could not be started for a lack of memory', async () => {
        const { code, payload } = await answer('Hostile.failForThreads');
        expect([code, JSON.parse(payload).errorType]).toEqual([4002, 'java.lang.OutOfMemoryError']);
      });

      it('names a missing class', async () => {
        expect(await refusal('Absent.handler')).toEqual({
          header: { type: 'failed', phase: 'load', code: 4001 },
          payload: {
            errorMessage: "function entry exception, error: not found class 'demo.Absent'",
            errorType: 'FunctionLoadError',
          },
        });
      });

      it.each([
        ['demo.Indx.echo', "the package has 'demo.Index'; the handler is written as [package].[class].[method]"],
        ['demo.index.echo', "the package has 'demo.Index'; the handler is written as"],
        ['Lanes.handler', "the package has 'demo.Lanes'; the handler is written as"],
        ['demo.Absent.handler', "the package has, among others, '"],
      ])('lists in the log the classes with a name near to %s', async (handler, hint) => {
        await current().init(ROOT, handler);
        const { text } = await current().log((line) => line.text.includes('not found class'));
        expect(text.split('\n')[1]).toContain(hint);
      });

      it('says that a class is in a folder of the jar that only the launcher of that jar reads', async () => {
        const root = join(SANDBOX, `opt/spring-${each.version}`);
        mkdirSync(join(root, 'in/BOOT-INF'), { recursive: true });
        cpSync(join(ROOT, 'demo'), join(root, 'in/BOOT-INF/classes/demo'), { recursive: true });
        const jar = join(dirname(each.javac), 'jar');
        execFileSync(jar, ['cf', join(root, 'app.jar'), '-C', join(root, 'in'), '.'], { stdio: 'pipe' });
        rmSync(join(root, 'in'), { recursive: true });
        await current().init(root, 'demo.Index.echo');
        const { text } = await current().log((line) => line.text.includes('not found class'));
        expect(text).toContain(
          "'demo.Index' is in BOOT-INF/classes/ of app.jar, which only the launcher of that jar reads",
        );
      });

      it.each([
        ['Index.absent', "handler 'absent' not found in class 'demo.Index'"],
        ['Shapes.tooMany', "handler 'tooMany' of class 'demo.Shapes' must take an event, a context, or both"],
        ['NeedsArguments.handler', "class 'demo.NeedsArguments' has no constructor without parameters"],
      ])('refuses what cannot be called: %s', async (handler, text) => {
        expect((await refusal(handler)).payload).toEqual({
          errorMessage: `function entry exception, error: ${text}`,
          errorType: 'FunctionConfigError',
        });
      });

      it('needs no object for a static method', async () => {
        expect((await answer('NeedsArguments.fixed')).payload).toBe('needs no object');
      });

      it('reports an exception while a class is loaded', async () => {
        const { payload } = await refusal('Broken.handler');
        expect(payload).toMatchObject({
          errorMessage: 'function entry exception, error: at load',
          errorType: 'java.lang.IllegalStateException',
        });
        expect(payload.stackTrace[0]).toMatch(/^at demo\.Broken\./);
      });

      it('names a missing initializer', async () => {
        const { header, payload } = await refusal('Index.echo', { initializer: 'demo.Index.nope' });
        expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
        expect(payload.errorMessage).toBe(
          "function initialization exception, error: initializer 'nope' not found in class 'demo.Index'",
        );
      });

      it('is seen to end when the JVM is halted', async () => {
        await current().init(ROOT, 'demo.Life.halts');
        await expect(current().invoke('{}')).rejects.toThrow('ended with 9');
      });
    });

    describe('a heap at its end', () => {
      it('is reported as memory by every request, also by one whose event finds no room', async () => {
        const at = each.command.indexOf('-cp');
        const command = [...each.command.slice(0, at), '-Xmx24m', ...each.command.slice(at)];
        const small = await Instance.start(command, ROOT);
        try {
          await small.init(ROOT, 'demo.Life.fills');
          const first = await small.invoke('{}');
          expect([first.code, JSON.parse(first.payload).errorType]).toEqual([4205, 'java.lang.OutOfMemoryError']);
          expect((await small.invoke(`"${'x'.repeat(5_000_000)}"`, 'request-2')).code).toBe(4205);
          expect((await small.invoke('{}', 'request-3')).code).toBe(4205);
        } finally {
          await small.stop();
        }
      });
    });

    describe('the process', () => {
      it('names its threads as the contract does and uses them again', async () => {
        expect((await answer('Life.thread', '"x"')).payload).toMatch(/^RuntimeThreadPool-1-thread-\d+$/);
      });

      it('keeps its link when user code interrupts threads', async () => {
        const first = await answer('Life.interrupts');
        expect(first).toEqual({ code: 0, payload: 'interrupted', logs: ['INFO written while interrupted'] });
        expect((await current().invoke('{}', 'request-2')).payload).toBe('interrupted');
      });

      it('cuts what is printed without an end between characters', async () => {
        const { logs } = await answer('Life.prints', '50000');
        expect(logs.map((line) => line.slice(0, 5))).toEqual(['INFO ', 'INFO ']);
        expect(logs.map((line) => line.slice(5)).join('') === `a${'文'.repeat(50_000)}`).toBe(true);
      });

      it.each([
        ['funcgraph.runtime.Main', 'no'],
        ['com.huawei.services.runtime.Context', 'yes'],
        ['com.huawei.services.runtime.entity.dms.DMSTriggerEvent', 'yes'],
        ['java.sql.Date', 'yes'],
      ])('shows user code the contract and nothing of the shim: %s', async (name, seen) => {
        expect((await answer('Life.sees', `"${name}"`)).payload).toBe(seen);
      });

      it('shows child processes the variables of the function and not its own in their environment', async () => {
        expect((await answer('Life.child')).payload).toBe('value');
      });
    });

    describe('heartbeat and pre-stop', () => {
      const beat = async (seq: number) => {
        current().send({ type: 'heartbeat', seq });
        const { header } = await current().next((frame) => frame.header.type === 'heartbeat');
        return header;
      };

      it('calls the heartbeat while a request runs and reports a bad one', async () => {
        await current().init(ROOT, 'demo.Life.hangs', { heartbeat: 'demo.Life.heartbeat' });
        current().send({ type: 'invoke', requestId: 'hangs', timeoutMs: 3000, credentials: {} }, Buffer.from('""'));
        expect(await beat(1)).toEqual({ type: 'heartbeat', seq: 1, ok: true });
        expect(await beat(2)).toEqual({ type: 'heartbeat', seq: 2, ok: true });
        expect(await beat(3)).toEqual({ type: 'heartbeat', seq: 3, ok: false, error: 'it returned false' });
        expect(current().logs[0]).toEqual({ requestId: '', level: 'INFO', text: 'beat' });
      });

      it('reports an exception of a heartbeat', async () => {
        await current().init(ROOT, 'demo.Life.thread', { heartbeat: 'demo.Life.heartbeatThrows' });
        expect(await beat(7)).toEqual({
          type: 'heartbeat',
          seq: 7,
          ok: false,
          error: 'java.lang.IllegalStateException: no pulse',
        });
      });

      it('serves requests while a heartbeat hangs', async () => {
        await current().init(ROOT, 'demo.Life.thread', { heartbeat: 'demo.Life.heartbeatHangs' });
        for (const seq of [1, 2, 3]) current().send({ type: 'heartbeat', seq });
        expect((await current().invoke('""')).code).toBe(0);
      });

      it('refuses a heartbeat that does not answer with a truth value', async () => {
        expect((await refusal('Life.thread', { heartbeat: 'demo.Life.heartbeatWrong' })).payload.errorMessage).toBe(
          "function entry exception, error: heartbeat_handler 'demo.Life.heartbeatWrong' must be 'public boolean heartbeatWrong()'",
        );
      });

      it('calls the pre-stop handler, whose output belongs to no request', async () => {
        await current().init(ROOT, 'demo.Life.thread', { preStop: 'demo.Life.preStop' });
        current().send({ type: 'preStop', timeoutMs: 1000 });
        const { header } = await current().next((frame) => frame.header.type === 'preStopped');
        expect(header).toEqual({ type: 'preStopped', ok: true });
        expect(current().logs).toEqual([{ requestId: '', level: 'INFO', text: 'closing, request id []' }]);
      });

      it('reports and logs an exception of a pre-stop handler', async () => {
        await current().init(ROOT, 'demo.Life.thread', { preStop: 'demo.Life.preStopFails' });
        current().send({ type: 'preStop', timeoutMs: 1000 });
        const { header } = await current().next((frame) => frame.header.type === 'preStopped');
        expect(header).toMatchObject({ ok: false, error: 'java.lang.IllegalStateException: cannot close' });
        expect(current().logs[0]?.text).toContain('cannot close');
      });
    });
  });
}
