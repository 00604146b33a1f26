import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGoPrograms, placeProgram } from '../../packages/runtimes/conformance/go-programs.ts';
import { deploy, enqueue, invoke, logLines, PATIENCE, project, receiptOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

const programs = await buildGoPrograms();
const missing = 'missing' in programs ? programs.missing : undefined;
const isRoot = process.getuid?.() === 0;

describe.skipIf(missing !== undefined)(missing === undefined ? 'Go functions' : `Go functions: ${missing}`, () => {
  let server: TestServer;
  let handlers: Buffer;

  beforeAll(async () => {
    server = await TestServer.start();
    if (!('missing' in programs)) handlers = readFileSync(programs.handlers);
  });
  afterAll(() => server?.stop());

  const go = (handler: string, more: Partial<Parameters<typeof deploy>[1]> = {}): Promise<string> =>
    deploy(server, { name: `go-${handler}x`, runtime: 'Go1.x', handler, files: { [handler]: handlers }, ...more });

  it('runs the program that the handler names, with the identity and limits of the function', async () => {
    const urn = await go('context', { userData: { KEY: 'value' }, timeout: 7, memory: 256 });
    const answer = await invoke(server, urn, { any: 'event' });
    expect(answer.json).toMatchObject({
      requestId: answer.requestId,
      name: 'go-contextx',
      version: 'latest',
      project: server.credentials.project_id,
      package: 'default',
      timeout: 7,
      memory: 256,
      cpu: 400,
      userData: 'value',
      env: 'value',
      link: '',
      folder: '/opt/function',
      uid: 1003,
    });
    expect(answer.receipt).toMatchObject({ outcome: 'ok', cold: true, mode: 'sync' });
    expect((await invoke(server, urn, {})).receipt).toMatchObject({ outcome: 'ok', cold: false });
  });

  it('passes an alias to the program', async () => {
    const urn = await go('handler');
    const params = target(server, `${urn}:latest`);
    await server.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
    await server.api.call('createVersionAlias', { params, body: { name: 'prod', version: 'v1' } });
    const answer = await invoke(server, `${urn}:!prod`, {});
    expect(answer.json).toMatchObject({ alias: 'prod', tag: '!prod', version: 'v1' });
  });

  it('starts a program in a runtime that waited for it', async () => {
    let made = 0;
    const coldStart = async () => {
      made += 1;
      const { text, receipt } = await invoke(server, await go('text', { name: `go-text-${made}` }), {});
      return [text, receipt.cold, receipt.boot_ms];
    };
    // Each start takes the runtime that waits, if one does; the next one may need a second.
    await expect.poll(coldStart, { ...PATIENCE, interval: 1000 }).toEqual(['plain 文字', true, 0]);
  });

  it('keeps lines of the logger with their request', async () => {
    const urn = await go('logs');
    const answer = await invoke(server, urn, {});
    expect(answer.log).toMatch(new RegExp(`Z ${answer.requestId} INFO info text 7\n`));
    const lines = async (): Promise<string[]> =>
      (await logLines(server, urn, { request_id: answer.requestId })).map((line) => line.message);
    await expect.poll(lines, PATIENCE).toEqual(expect.arrayContaining(['info text 7', 'printed 中文', 'to stderr']));
  });

  it('reports errors and panics of the handler, and the instance goes on', async () => {
    const fails = await invoke(server, await go('fails'), {});
    expect([fails.status, fails.isError, fails.code]).toEqual([200, true, 4002]);
    expect(fails.json).toEqual({ errorMessage: 'went wrong', errorType: 'FunctionReturnError' });
    const urn = await go('panics');
    const [first, second] = [await invoke(server, urn, {}), await invoke(server, urn, {})];
    expect(first.json).toMatchObject({ errorMessage: 'out of ideas', errorType: 'panic' });
    expect(second.receipt).toMatchObject({ cold: false, outcome: 'function_error' });
    expect(second.receipt.instance_id).toBe(first.receipt.instance_id);
  });

  it('reports the end of the program, and the next call gets another', async () => {
    const urn = await go('exits');
    const died = await invoke(server, urn, {});
    expect([died.code, died.json.errorMessage]).toEqual([
      4002,
      "function invocation exception, error: the program 'exits' exited with code 3",
    ]);
    expect((await invoke(server, urn, {})).receipt.instance_id).not.toBe(died.receipt.instance_id);
  });

  it('ends a program that takes too long', async () => {
    const answer = await invoke(server, await go('sleeps', { timeout: 3 }), {});
    expect([answer.code, answer.receipt.outcome]).toEqual([4010, 'timeout']);
  });

  it.skipIf(!isRoot)('reports too much memory with the bytes used', async () => {
    const answer = await invoke(server, await go('allocates'), {});
    expect([answer.code, answer.receipt.outcome]).toEqual([4205, 'memory_exceeded']);
    expect(answer.json.errorMessage).toMatch(/^runtime memory limit exceeded, memory used: \d+ bytes/);
  });

  it('runs asynchronous calls, which have no result', async () => {
    const id = await enqueue(server, await go('raw'), { a: 1 });
    await expect
      .poll(() => receiptOf(server, id), PATIENCE)
      .toMatchObject({ mode: 'async', outcome: 'ok', response_bytes: 0 });
  });

  it('runs several requests in one instance when the function allows it', async () => {
    const urn = await go('meet');
    await server.api.call('updateFunctionConfig', {
      params: target(server, urn),
      body: {
        func_name: 'go-meetx',
        runtime: 'Go1.x',
        handler: 'meet',
        timeout: 30,
        memory_size: 128,
        strategy_config: { concurrency: 1, concurrent_num: 2 },
      },
    });
    const answers = await Promise.all([invoke(server, urn, { name: 'a' }), invoke(server, urn, { name: 'b' })]);
    expect(answers.map((each) => each.text)).toEqual(['met as a', 'met as b']);
    expect(answers.map((each) => each.log.includes('met a'))).toEqual([true, false]);
  });

  it.each([
    ['a script', { name: 'go-script', files: { script: '#!/bin/sh\n' }, handler: 'script' }, 'is a script'],
    ['a missing file', { name: 'go-missing', files: { other: 'x' }, handler: 'handler' }, "has no file 'handler'"],
    [
      'a plugin',
      { name: 'go-plugin', files: { 'testplugin.so': '\x7fELF' }, handler: 'testplugin.Handler' },
      'the retired form',
    ],
  ])('names the fault of %s', async (_what, deployment, text) => {
    const urn = await deploy(server, { runtime: 'Go1.x', ...deployment });
    const answer = await invoke(server, urn, {});
    expect([answer.isError, answer.code, answer.receipt.outcome]).toEqual([true, 4001, 'load_failed']);
    expect(answer.json.errorMessage).toContain(text);
  });

  it('runs a Go program that asks the runtime API as a Custom function', async () => {
    const bootstrap = 'missing' in programs ? '' : readFileSync(programs.bootstrap);
    const urn = await deploy(server, {
      name: 'go-custom',
      runtime: 'Custom',
      handler: 'bootstrap',
      files: { bootstrap },
    });
    const answer = await invoke(server, urn, { a: 1 });
    expect(answer.json).toEqual({ from: 'go', event: { a: 1 } });
    expect(answer.log).toContain(`handling ${answer.requestId}`);
    const failed = await invoke(server, urn, 'please-fail');
    expect([failed.code, failed.json]).toEqual([4002, { errorType: 'Bad', errorMessage: 'said no' }]);
  });

  it('is deployed and called with fgs, and listed among the runtimes of the machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-go-cli-'));
    try {
      await mkdir(join(folder, 'code'));
      if (!('missing' in programs)) placeProgram(programs.handlers, join(folder, 'code'), 'echo');
      const listed = await server.fgs(['runtimes', 'list', '--available', '--output', 'json']);
      expect(JSON.parse(listed.stdout.toString())).toContainEqual(expect.objectContaining({ name: 'Go1.x' }));
      const deployed = ['functions', 'deploy', join(folder, 'code'), '--name', 'go-cli', '--handler', 'echo'];
      const made = await server.fgs([...deployed, '--runtime', 'Go1.x']);
      expect(made.stdout.toString(), made.stderr).toContain('go-cli: created');
      const called = await server.fgs(['functions', 'invoke', 'go-cli', '--data', '{"word":"文字"}']);
      expect(called.stdout.toString(), called.stderr).toBe('{"word":"文字"}');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is offered to API clients', async () => {
    const { data } = await server.api.call('listRuntimeTypes', { params: project(server) });
    expect(data).toContainEqual(expect.objectContaining({ type: 'Go1.x' }));
  });
});
