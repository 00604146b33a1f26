import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { invoke, logLines, PATIENCE, project, target } from '../functions.ts';
import { compileJar, whyNoJava } from '../java-code.ts';
import { TestServer } from '../server.ts';

const APP = `
package demo;

import com.huawei.services.runtime.Context;
import java.util.*;
import java.util.concurrent.*;

public class App {
  public static class Order { private String name; private List<Integer> counts; private boolean urgent; }
  public static class Bill { private int total; private String text; private String by; }

  private static final List<byte[]> KEPT = new ArrayList<byte[]>();
  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static volatile boolean sick;
  private final CountDownLatch all = new CountDownLatch(16);
  private String greeting = "none";

  public void init(Context context) { greeting = "hello"; }

  public Bill bill(Order order, Context context) {
    System.out.println("printed " + order.name);
    System.err.println("complained " + order.name);
    context.getLogger().warn("warned " + order.name);
    Bill bill = new Bill();
    for (int count : order.counts) bill.total += count;
    bill.text = greeting + " " + Helper.shout(order.name);
    bill.by = context.getFunctionName() + " " + System.getenv("COLOUR") + " " + context.getUserData("COLOUR") + " "
      + context.getMemorySize() + " " + System.getProperty("user.dir");
    return bill;
  }

  public String fails(Map<String, Object> event) {
    throw new IllegalStateException("broken", new RuntimeException("by this"));
  }

  public String act(Map<String, String> event) throws Exception {
    switch (event.get("do")) {
      case "hang": NEVER.await(); return "never";
      case "leak": for (;;) KEPT.add(new byte[1024 * 1024]);
      case "garbage": int sum = 0; for (int i = 0; i < 500; i++) sum += new byte[1024 * 1024].length; return "made " + sum;
      case "keep": for (int i = 0; i < 30; i++) KEPT.add(new byte[1024 * 1024]); return "kept " + KEPT.size();
      case "huge": return "" + new long[Integer.MAX_VALUE - 8].length;
      case "deep": return act(event) + act(event);
      case "exit": System.exit(7); return "never";
      case "sicken": sick = true; NEVER.await(); return "never";
      case "meet": all.countDown(); all.await(); return Thread.currentThread().getName();
      default: return "did nothing";
    }
  }

  public String recurse(String event) { return recurse(event + "x"); }

  public boolean heartbeat() { return !sick; }

  public void preStop(Context context) { System.out.println("closing in " + context.getInstanceID().length()); }
}
`;
const HELPER = `package demo; class Helper { static String shout(String text) { return text.toUpperCase() + "!"; } }`;
const ORDER = { name: 'tea', counts: [1, 2, 39], urgent: true };
const missing = whyNoJava();

describe.skipIf(missing !== undefined)(`Java functions${missing === undefined ? '' : `: ${missing}`}`, () => {
  let server: TestServer;
  let jar: Buffer;

  beforeAll(async () => {
    jar = compileJar({ 'demo/App.java': APP, 'demo/Helper.java': HELPER });
    server = await TestServer.start();
  });
  afterAll(() => server?.stop());

  async function create(name: string, method: string, more: Record<string, unknown> = {}): Promise<string> {
    const { data } = await server.api.call('createFunction', {
      params: project(server),
      body: {
        func_name: name,
        package: 'default',
        runtime: 'Java17',
        handler: `demo.App.${method}`,
        timeout: 30,
        memory_size: 256,
        code_type: 'jar',
        code_filename: 'app.jar',
        func_code: { file: jar.toString('base64') },
        ...more,
      } as never,
    });
    return data.func_urn.replace(/:latest$/, '');
  }

  it('runs a jar that the official SDK deployed and maps objects in and out', async () => {
    const ask = new sdk.CreateFunctionRequest();
    const body = new sdk.CreateFunctionRequestBody('from-sdk', 'default', 'Java17', 20, 'demo.App.bill', 256);
    body.withCodeType('jar').withCodeFilename('app.jar');
    body.withInitializerHandler('demo.App.init').withInitializerTimeout(5);
    body.withUserData('{"COLOUR":"red"}');
    body.withFuncCode(new sdk.FuncCode().withFile(jar.toString('base64')));
    const { func_urn } = (await server.sdk.createFunction(ask.withBody(body))) as unknown as { func_urn: string };
    const answer = await invoke(server, func_urn.replace(/:latest$/, ''), ORDER);
    expect(answer.json).toEqual({ total: 42, text: 'hello TEA!', by: 'from-sdk red red 256 /opt/function' });
    expect(answer.log).toMatch(new RegExp(`${answer.requestId} INFO printed tea`));
    expect(answer.log).toMatch(new RegExp(`${answer.requestId} ERROR complained tea`));
    expect(answer.log).toMatch(new RegExp(`${answer.requestId} WARN warned tea`));
  });

  it.each(['Java8', 'Java11', 'Java21'])(
    'runs the same jar as %s on a JVM that is new enough, and reports which',
    async (runtime) => {
      const { data } = await server.api.call('listRuntimes', {});
      const listed = data.runtimes.find(({ name }) => name === runtime);
      if (listed?.available !== true) return expect(listed?.hint).toContain(`fgs runtimes add ${runtime}`);
      expect(Number(listed.version?.split('.')[0])).toBeGreaterThanOrEqual(Number(runtime.slice(4)));
      const table = await server.fgs(['runtimes', 'list', '--available']);
      expect(table.stdout.toString()).toMatch(new RegExp(`^${runtime} .*${listed.version} .*${listed.served_by}`, 'm'));
      const urn = await create(`on-${runtime.toLowerCase()}`, 'bill', { runtime });
      expect((await invoke(server, urn, ORDER)).json).toMatchObject({ total: 42 });
    },
  );

  it('takes a zip with jars at its root and in lib, and classes beside them', async () => {
    const app = compileJar({ 'demo/App.java': APP, 'demo/Helper.java': HELPER });
    const other = compileJar({
      'other/Other.java': 'package other; public class Other { public static String name() { return "lib"; } }',
    });
    const main = compileJar({
      'main/Main.java': `package main; public class Main { public String handler(String event) throws Exception {
        return Class.forName("other.Other").getMethod("name").invoke(null) + " " + Class.forName("demo.App").getSimpleName();
      } }`,
    });
    const zip = fakeZip([
      { name: 'app.jar', data: app, mode: 0o100644 },
      { name: 'main.jar', data: main, mode: 0o100644 },
      { name: 'lib/other.jar', data: other, mode: 0o100644 },
    ]);
    const code = { handler: 'main.Main.handler', code_type: 'zip', code_filename: 'code.zip' };
    const urn = await create('zipped', '', { ...code, func_code: { file: zip.toString('base64') } });
    expect((await invoke(server, urn, 'x')).text).toBe('lib App');
  });

  it('is deployed and called by the command line', async () => {
    const file = join(server.dataDir, '..', 'app.jar');
    writeFileSync(file, jar);
    const flags = [
      '--runtime',
      'Java17',
      '--handler',
      'demo.App.bill',
      '--jar',
      file,
      '--pre-stop',
      'demo.App.preStop',
    ];
    const made = await server.fgs(['functions', 'create', 'by-cli', ...flags]);
    expect(made.exitCode, made.stderr).toBe(0);
    const ran = await server.fgs(['functions', 'invoke', 'by-cli', '--data', JSON.stringify(ORDER)]);
    expect(ran.stdout.toString(), ran.stderr).toContain('"total":42');
  });

  it('reports an exception with its cause', async () => {
    const answer = await invoke(server, await create('fails', 'fails'));
    expect([answer.code, answer.receipt.outcome, answer.json.errorType]).toEqual([
      4002,
      'function_error',
      'java.lang.IllegalStateException',
    ]);
    expect(answer.json.stackTrace).toContainEqual('Caused by: java.lang.RuntimeException: by this');
    expect(answer.log).toContain('ERROR function invocation exception, error: java.lang.IllegalStateException: broken');
  });

  it('ends a handler at its timeout', async () => {
    const urn = await create('hangs', 'act', { timeout: 3 });
    expect((await invoke(server, urn, { do: 'hang' })).receipt).toMatchObject({ outcome: 'timeout', code: 4010 });
    expect((await invoke(server, urn, { do: 'nothing' })).text).toBe('did nothing');
  });

  it('lives within 128 MB while it makes garbage and keeps a little, and is ended for memory when it leaks', async () => {
    const urn = await create('memory', 'act', { memory_size: 128, timeout: 60 });
    expect((await invoke(server, urn, { do: 'garbage' })).text).toBe('made 524288000');
    expect((await invoke(server, urn, { do: 'keep' })).text).toBe('kept 30');
    const { receipt, text } = await invoke(server, urn, { do: 'leak' });
    expect(receipt, text).toMatchObject({ outcome: 'memory_exceeded', code: 4205 });
    expect((await invoke(server, urn, { do: 'nothing' })).text).toBe('did nothing');
  });

  it('reports an OutOfMemoryError of the JVM itself as memory', async () => {
    const { receipt, text } = await invoke(server, await create('huge', 'act'), { do: 'huge' });
    expect(receipt, text).toMatchObject({ outcome: 'memory_exceeded', code: 4205 });
  });

  it('reports a stack overflow as an error of the function and System.exit as the end of its process', async () => {
    const urn = await create('ends', 'recurse');
    const overflow = await invoke(server, urn, 'x');
    expect(overflow.receipt.outcome).toBe('function_error');
    expect(overflow.json.errorType).toMatch(/StackOverflowError$/);
    const exit = await invoke(server, await create('exits', 'act'), { do: 'exit' });
    expect(exit.receipt.outcome).toBe('crashed');
    expect(exit.text).toContain('exited with code 7');
  });

  it('runs sixteen requests at once in one instance', async () => {
    const strategy_config = { concurrency: 1, concurrent_num: 16 };
    const urn = await create('meets', 'act', { memory_size: 512, strategy_config });
    const all = await Promise.all(Array.from({ length: 16 }, () => invoke(server, urn, { do: 'meet' })));
    expect(new Set(all.map(({ text }) => text)).size).toBe(16);
    for (const { text } of all) expect(text).toMatch(/^RuntimeThreadPool-1-thread-\d+$/);
    expect(new Set(all.map(({ receipt }) => receipt.instance_id)).size).toBe(1);
  });

  it('takes a started JVM that waited for code', async () => {
    let made = 0;
    const coldStart = async () => {
      made += 1;
      const { receipt, json } = await invoke(server, await create(`cold-${made}`, 'bill'), ORDER);
      expect(json).toMatchObject({ total: 42 });
      return { cold: receipt.cold, boot_ms: receipt.boot_ms };
    };
    // Each start takes the JVM that waits, if one does; the next one may need a second.
    await expect.poll(coldStart, { ...PATIENCE, interval: 1000 }).toEqual({ cold: true, boot_ms: 0 });
  });

  it('keeps heartbeat, pre-stop and class isolation, and refuses them for other runtimes', async () => {
    const hooks = {
      heartbeat_handler: 'demo.App.heartbeat',
      pre_stop_handler: 'demo.App.preStop',
      pre_stop_timeout: 9,
      enable_class_isolation: true,
    };
    const urn = await create('hooks', 'bill', hooks);
    const { data } = await server.api.call('showFunctionConfig', { params: target(server, urn) });
    expect(data).toMatchObject(hooks);
    const shown = (await server.sdk.showFunctionConfig(new sdk.ShowFunctionConfigRequest(urn))) as unknown as object;
    expect(shown).toMatchObject({ heartbeat_handler: 'demo.App.heartbeat', enable_class_isolation: true });
    const update = (body: Record<string, unknown>) =>
      server.api.call('updateFunctionConfig', {
        params: target(server, urn),
        body: {
          func_name: 'hooks',
          runtime: 'Java17',
          handler: 'demo.App.bill',
          timeout: 30,
          memory_size: 256,
          ...body,
        },
      } as never);
    await expect(update({ heartbeat_handler: 'heartbeat' })).rejects.toThrow(/heartbeat_handler must have the form/);
    await expect(update({ pre_stop_timeout: 91 })).rejects.toThrow(/pre_stop_timeout/);
    await update({ heartbeat_handler: '', pre_stop_handler: '', pre_stop_timeout: 0 });
    expect((await server.api.call('showFunctionConfig', { params: target(server, urn) })).data).toMatchObject({
      heartbeat_handler: '',
      pre_stop_handler: '',
      enable_class_isolation: true,
    });
    const python = {
      runtime: 'Custom',
      handler: 'bootstrap',
      code_type: 'zip',
      func_code: { file: fakeZip([{ name: 'bootstrap', data: '#!/bin/sh\n', mode: 0o100755 }]).toString('base64') },
    };
    await expect(create('other', '', { ...python, heartbeat_handler: 'index.beat' })).rejects.toThrow(
      /for Java functions/,
    );
    await expect(create('other', '', { ...python, enable_class_isolation: true })).rejects.toThrow(
      /for Java functions/,
    );
  });

  it('is stopped when its heartbeat says so, in the midst of a request', async () => {
    const urn = await create('sick', 'act', { heartbeat_handler: 'demo.App.heartbeat' });
    const { receipt, text, requestId } = await invoke(server, urn, { do: 'sicken' });
    expect(receipt).toMatchObject({ outcome: 'heartbeat', code: 4209, component: 'function' });
    expect(text).toContain('the heartbeat function answered badly: it returned false');
    await vi.waitFor(async () => {
      const lines = (await logLines(server, urn)).map(({ message }) => message);
      expect(lines).toContainEqual('the instance is stopped: the heartbeat function answered badly: it returned false');
      expect(lines).toContainEqual(expect.stringContaining(`Finish invoke request '${requestId}'`));
    }, PATIENCE);
    expect((await invoke(server, urn, { do: 'nothing' })).text).toBe('did nothing');
  });

  it('runs its pre-stop handler when an update replaces the instance', async () => {
    const urn = await create('closes', 'act', { pre_stop_handler: 'demo.App.preStop', pre_stop_timeout: 20 });
    await invoke(server, urn, { do: 'nothing' });
    await server.api.call('updateFunctionConfig', {
      params: target(server, urn),
      body: { func_name: 'closes', runtime: 'Java17', handler: 'demo.App.act', timeout: 31, memory_size: 256 },
    } as never);
    await vi.waitFor(async () => {
      const lines = (await logLines(server, urn)).map(({ message }) => message);
      expect(lines).toContainEqual(expect.stringMatching(/^closing in \d+$/));
      expect(lines).toContainEqual(expect.stringMatching(/^the pre-stop handler was done after/));
    }, PATIENCE);
  });

  it('reaches a JVM that knows no unix sockets through a relay', async () => {
    const { data } = await server.api.call('listRuntimes', {});
    const real = data.runtimes.find(({ name }) => name === 'Java17')?.path;
    const folder = mkdtempSync(join(tmpdir(), 'funcgraph-jvm11-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'bin'));
    // No such JVM is at hand: this one says that it is old, and is then started as an old one must be.
    const script = `#!/bin/sh\ncase "$*" in -version) echo 'openjdk version "11.0.1"' >&2;; *) exec ${real} "$@";; esac\n`;
    writeFileSync(join(folder, 'bin/java'), script, { mode: 0o755 });
    const added = await server.fgs(['runtimes', 'add', 'Java11', '--from', folder]);
    rmSync(folder, { recursive: true });
    expect(added.exitCode, added.stderr).toBe(0);
    const urn = await create('relayed', 'bill', { runtime: 'Java11', user_data: '{"COLOUR":"blue"}' });
    expect((await invoke(server, urn, ORDER)).json).toMatchObject({ total: 42, by: expect.stringContaining('blue') });
    const { receipt } = await invoke(server, await create('relayed-exit', 'act', { runtime: 'Java11' }), {
      do: 'exit',
    });
    expect(receipt.outcome).toBe('crashed');
  });

  it('lets programs of the user find every JVM at the path of the contract', async () => {
    const script =
      '#!/bin/sh\nfor v in 8 11 17; do /opt/function/runtime/java$v/rtsp/jre/bin/java -version || exit 1; done 2>/tmp/said\n';
    const loop = `${script}
while :; do
  id=$(curl -s -D - -o /tmp/event "http://$RUNTIME_API_ADDR/v1/runtime/invocation/request" | sed -n 's/^X-Cff-Request-Id: *//Ip' | tr -d '\\r')
  [ -n "$id" ] && curl -s --data-binary @/tmp/said "http://$RUNTIME_API_ADDR/v1/runtime/invocation/response/$id" >/dev/null
done
`;
    const zip = fakeZip([{ name: 'bootstrap', data: loop, mode: 0o100755 }]);
    const code = { runtime: 'Custom', handler: 'bootstrap', code_type: 'zip', code_filename: 'code.zip' };
    const urn = await create('paths', '', { ...code, func_code: { file: zip.toString('base64') } });
    const { text } = await invoke(server, urn);
    expect(text.match(/version "/g), text).toHaveLength(3);
  });
});

describe.skipIf(missing !== undefined)('Java functions without a sandbox', () => {
  it('run on the JVM of the machine, by the paths of the machine', async () => {
    await using server = await TestServer.start({ args: ['--sandbox', 'process'] });
    const source =
      'package demo; public class App { public String here(String event) { return System.getProperty("java.home"); } }';
    const { data } = await server.api.call('createFunction', {
      params: project(server),
      body: {
        func_name: 'bare',
        package: 'default',
        runtime: 'Java17',
        handler: 'demo.App.here',
        timeout: 30,
        memory_size: 256,
        code_type: 'jar',
        func_code: { file: compileJar({ 'demo/App.java': source }).toString('base64') },
      },
    });
    const { text } = await invoke(server, data.func_urn.replace(/:latest$/, ''));
    expect(text).toMatch(/^\/usr\/lib\/jvm\//);
  });
});
