import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { custom } from '../src/languages/custom.ts';
import { CASES, customSupervisor } from './interpreters.ts';
import { expectLanes } from './lane-suite.ts';
import { eachInstance } from './language-suite.ts';

const SHELL = join(CASES, 'custom');
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const supervisor = customSupervisor();

/** A bootstrap in JavaScript; `body` may use `api(path, options)` and `next()`. */
function bootstrapText(body: string): string {
  return `#!${process.execPath}
const base = 'http://' + process.env.RUNTIME_API_ADDR + '/v1/runtime/invocation/';
const api = (path, options) => fetch(base + path, options);
const next = async () => { const r = await api('request'); return { id: r.headers.get('x-cff-request-id'), headers: r.headers, event: Buffer.from(await r.arrayBuffer()) }; };
const reply = (id, body, kind = 'response') => api(kind + '/' + id, { method: 'POST', body });
(async () => { ${body} })();
`;
}

describe('Custom', () => {
  const current = eachInstance(supervisor, tmpdir());
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'funcgraph-custom-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(text: string, mode = 0o755): void {
    writeFileSync(join(root, 'bootstrap'), text);
    chmodSync(join(root, 'bootstrap'), mode);
  }

  async function ready(body: string): Promise<void> {
    write(bootstrapText(body));
    const { header, body: payload } = await current().init(root, 'bootstrap');
    expect([header.type, payload.toString()]).toEqual(['ready', '']);
    expectLanes(header, custom);
  }

  async function refusal() {
    const { header, body } = await current().init(root, 'bootstrap');
    return { header, payload: JSON.parse(body.toString()) };
  }

  it('sends hello at once', async () => {
    expect(await current().hello()).toMatch(/^custom on node v\d+/);
  });

  describe.skipIf(!hasCurl)(
    hasCurl ? 'the shell loop of the guide' : 'the shell loop of the guide: curl is not on this machine',
    () => {
      it('answers requests, logs lines under their request and reports errors', async () => {
        const { header } = await current().init(SHELL, 'bootstrap');
        expect(header.type).toBe('ready');
        expect(current().logs).toEqual([{ requestId: '', level: 'INFO', text: 'bootstrap is up' }]);
        const first = await current().invoke('{"a":"中文"}', 'r-1');
        expect(first).toEqual({
          code: 0,
          payload: '{"a":"中文"}',
          logs: [{ requestId: 'r-1', level: 'INFO', text: 'handling r-1' }],
        });
        const second = await current().invoke('"please-fail"', 'r-2');
        expect([second.code, second.payload]).toEqual([4002, '{"errorType":"Bad","errorMessage":"said no"}']);
        expect(second.logs.map((line) => line.level)).toContain('ERROR');
      });

      it('fails the running request when bootstrap exits, with its exit code', async () => {
        await current().init(SHELL, 'bootstrap');
        const { code, payload, logs } = await current().invoke('"please-exit"', 'r-1');
        expect(current().isLeaving).toBe(true);
        expect([code, JSON.parse(payload)]).toEqual([
          4002,
          {
            errorMessage: 'function invocation exception, error: bootstrap exited with code 4',
            errorType: 'FunctionExitError',
          },
        ]);
        expect(logs.map((line) => line.text)).toEqual([
          'handling r-1',
          'leaving',
          'function invocation exception, error: bootstrap exited with code 4',
        ]);
        expect(await current().exited).toBe(1);
      });
    },
  );

  it('refuses a package without bootstrap', async () => {
    const { header, payload } = await refusal();
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
    expect(payload).toEqual({
      errorMessage: "function entry exception, error: the code package has no file 'bootstrap' at its top",
      errorType: 'FunctionLoadError',
    });
  });

  describe('a bootstrap that cannot be started is a load failure that names the cause', () => {
    const foreign = Buffer.alloc(64);
    foreign.write('\x7fELF\x02\x01\x01', 'latin1');
    foreign.writeUInt16LE(22, 18);

    it.each<[string, string | Buffer, string]>([
      [
        'an absent interpreter',
        '#!/usr/bin/nope\n',
        "'bootstrap' names the interpreter /usr/bin/nope in its first line, which does not exist in the instance",
      ],
      [
        'an absent interpreter by way of env',
        '#!/usr/bin/env -S nope -x\n',
        "'bootstrap' names the interpreter nope in its first line, which is in no folder of PATH (/usr/local/bin:/usr/bin:/bin)",
      ],
      [
        'Windows line ends',
        '#!/bin/sh\r\necho\r\n',
        "'bootstrap' has Windows line ends (CRLF), so no interpreter is found: save it with Unix line ends (LF)",
      ],
      [
        'an interpreter that is a folder',
        '#!/usr/bin\n',
        "'bootstrap' names the interpreter /usr/bin in its first line, which is not executable",
      ],
      [
        'a program for another architecture',
        foreign,
        expect.stringMatching(
          /^'bootstrap' is built for machine 22, this machine is (amd64|arm64)$/,
        ) as unknown as string,
      ],
    ])('%s', async (_name, text, message) => {
      writeFileSync(join(root, 'bootstrap'), text);
      chmodSync(join(root, 'bootstrap'), 0o755);
      const { header, payload } = await refusal();
      expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
      expect({
        ...payload,
        errorMessage: payload.errorMessage.replace('function entry exception, error: ', ''),
      }).toEqual({ errorMessage: message, errorType: 'FunctionLoadError' });
    });

    it('no permission to execute', async () => {
      write('#!/bin/sh\n', 0o644);
      const { header, payload } = await refusal();
      expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
      expect(payload.errorMessage).toContain("'bootstrap' is not executable: set its mode to 755 before packing it");
    });
  });

  it('reports a bootstrap that ends before it asks for work, with its exit code and last words', async () => {
    write('#!/bin/sh\necho "no configuration" >&2\nexit 7\n');
    const { header, payload } = await refusal();
    expect(header).toEqual({ type: 'failed', phase: 'init', code: 4009 });
    expect(payload.errorMessage).toBe(
      'function initialization exception, error: bootstrap exited with code 7 before it asked for a request',
    );
    expect(current().logs[0]).toEqual({ requestId: '', level: 'ERROR', text: 'no configuration' });
  });

  it('names the command that adds a runtime which the bootstrap starts and the machine lacks', async () => {
    write('#!/bin/sh\nexec /opt/function/runtime/nodejs14.99/rtsp/nodejs/bin/node $RUNTIME_CODE_ROOT/index.js\n');
    const { payload } = await refusal();
    expect(payload.errorMessage).toContain(
      'bootstrap exited with code 127 (/opt/function/runtime/nodejs14.99/rtsp/nodejs/bin/node does not exist in the instance: ' +
        'the administrator adds it with fgs runtimes install Node.js14.99',
    );
  });

  it('names it for the interpreter in the first line, too', async () => {
    write('#!/opt/function/runtime/python3.99/rtsp/python/bin/python3\n');
    const { header, payload } = await refusal();
    expect(header).toEqual({ type: 'failed', phase: 'load', code: 4001 });
    expect(payload.errorMessage).toContain('fgs runtimes add Python3.99 --from DIR');
  });

  it('hands over identity and credentials as headers', async () => {
    await ready('for (;;) { const r = await next(); await reply(r.id, JSON.stringify([...r.headers])); }');
    const answer = await current().invoke('{}', 'r-1', {
      credentials: {
        accessKey: 'ak',
        secretKey: 'sk',
        securityAccessKey: '',
        securitySecretKey: '',
        securityToken: 'st',
        authToken: 'at',
      },
    });
    const headers = Object.fromEntries(JSON.parse(answer.payload));
    expect(headers).toMatchObject({
      'x-cff-request-id': 'r-1',
      'x-cff-access-key': 'ak',
      'x-cff-secret-key': 'sk',
      'x-cff-security-token': 'st',
      'x-cff-auth-token': 'at',
      'x-cff-invoke-type': 'sync',
    });
    expect(headers).not.toHaveProperty('x-cff-security-access-key');
  });

  it('carries binary events and results of 6 MB unchanged', async () => {
    await ready('for (;;) { const r = await next(); await reply(r.id, r.event); }');
    const event = Buffer.alloc(
      6291456,
      Uint8Array.from({ length: 256 }, (_, at) => at),
    );
    current().send({ type: 'invoke', requestId: 'r-1', timeoutMs: 3000, credentials: {} }, event);
    const { header, body } = await current().next((frame) => frame.header.type === 'result');
    expect(header).toEqual({ type: 'result', requestId: 'r-1', code: 0, ms: expect.any(Number) });
    expect(body.equals(event)).toBe(true);
  });

  it('refuses a result over 6 MB as 4004', async () => {
    await ready('const r = await next(); await reply(r.id, Buffer.alloc(6291457)); await next();');
    expect(await current().invoke('{}')).toMatchObject({
      code: 4004,
      payload: 'response body size 6291457 exceeds the limit of 6291456',
    });
  });

  it('refuses answers to requests that are not running, and a second answer', async () => {
    await ready(`const r = await next();
      const unknown = await reply('not-mine', 'x');
      const wrongPath = await api('request', { method: 'POST', body: 'x' });
      const first = await reply(r.id, [unknown.status, wrongPath.status].join());
      const again = await reply(r.id, 'again');
      console.log(first.status + ' ' + (await first.json()).status + ' ' + again.status);
      await next();`);
    expect((await current().invoke('{}')).payload).toBe('404,404');
    expect((await current().log((line) => line.text.startsWith('200'))).text).toBe('200 OK 404');
  });

  it('keeps a request for the next poll when the one it was meant for hangs up', async () => {
    await ready(`const stop = new AbortController();
      const lost = api('request', { signal: stop.signal }).catch(() => console.log('hung up'));
      await api('request/none');
      stop.abort();
      await lost;
      const r = await next(); await reply(r.id, 'kept'); await next();`);
    await current().log((line) => line.text === 'hung up');
    expect((await current().invoke('{}')).payload).toBe('kept');
  });

  it('runs several requests at once when the bootstrap polls ahead', async () => {
    await ready(
      'for (;;) { const a = await next(); const b = await next(); await reply(b.id, "b" + b.event); await reply(a.id, "a" + a.event); }',
    );
    const answers = await Promise.all([current().invoke('1', 'r-1'), current().invoke('2', 'r-2')]);
    expect(answers.map((answer) => answer.payload)).toEqual(['a1', 'b2']);
  });

  it('splits what the bootstrap prints into lines, an unfinished one before the result', async () => {
    await ready(
      "const r = await next(); process.stdout.write('one\\ntwo\\nthree'); await reply(r.id, ''); await next();",
    );
    const { logs } = await current().invoke('{}');
    expect(logs.map((line) => line.text)).toEqual(['one', 'two', 'three']);
  });

  it('gives the environment of the function and hides its own', async () => {
    await ready(
      'const r = await next(); await reply(r.id, [process.env.KEY, process.env.FUNCGRAPH_LINK, process.env.LD_LIBRARY_PATH, process.cwd()].join()); await next();',
    );
    expect((await current().invoke('{}')).payload).toBe(`value,,/base:/user/lib,${root}`);
  });
});
