import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, type Invocation, invoke, logLines, PATIENCE, receiptOf, runtimeOf } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

const MIB = 2 ** 20;

const NODE = `
const fs = require('node:fs');
exports.handler = async (event, context) => {
  switch (event.do) {
    case 'throw': throw new TypeError('asked to fail');
    case 'hang': console.log('asks the database'); await new Promise(() => setInterval(() => {}, 1000)); return;
    case 'spin': for (;;) {}
    case 'memory': { const held = []; for (;;) held.push(Buffer.alloc(8 * 1024 * 1024, 1)); }
    case 'disk': {
      const file = fs.openSync('/tmp/fill', 'w');
      const block = Buffer.alloc(4 * 1024 * 1024, 1);
      for (;;) fs.writeSync(file, block);
    }
    case 'exit': process.exit(3);
    case 'kill': process.kill(process.pid, 'SIGSEGV'); return new Promise(() => {});
    case 'circle': { const a = {}; a.a = a; return a; }
    default: return 'fine';
  }
};`;

const PYTHON = `
import os, signal, time

def handler(event, context):
    what = event.get('do')
    if what == 'throw':
        raise ValueError('asked to fail')
    if what == 'hang':
        print('asks the database')
        while True:
            time.sleep(1)
    if what == 'memory':
        held = []
        while True:
            held.append(bytearray(8 * 1024 * 1024))
    if what == 'disk':
        with open('/tmp/fill', 'wb') as f:
            while True:
                f.write(b'x' * (4 * 1024 * 1024))
                f.flush()
    if what == 'exit':
        os._exit(3)
    if what == 'kill':
        os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(60)
    return 'fine'
`;

let server: TestAccount;
let nodejs: string;
const urns = { node: '', python: '' };
/** Functions with a short limit: calls of the others end by themselves, however long that takes. */
const short = { node: '', python: '' };

beforeAll(async () => {
  server = await TestAccount.open();
  nodejs = await runtimeOf(server, 'Node.js');
  const python = await runtimeOf(server, 'Python');
  for (const [to, suffix, timeout] of [
    [urns, '', 90],
    [short, '-short', 3],
  ] as const) {
    to.node = await deploy(server, { name: `node${suffix}`, runtime: nodejs, files: { 'index.js': NODE }, timeout });
    to.python = await deploy(server, {
      name: `python${suffix}`,
      runtime: python,
      files: { 'index.py': PYTHON },
      timeout,
    });
  }
});
afterAll(() => server?.stop());

interface Requested {
  readonly outcome: string;
  readonly code: number;
  readonly component: string;
}

/** Header, receipt of the answer, stored receipt and the platform's log line must all report the same failure. */
async function expectReported(urn: string, answer: Invocation, requested: Requested): Promise<void> {
  expect(answer).toMatchObject({ status: 200, isError: true, code: requested.code });
  expect(answer.receipt).toMatchObject(requested);
  await expect.poll(() => receiptOf(server, answer.requestId), PATIENCE).toEqual(answer.receipt);
  const finish = expect.stringMatching(
    new RegExp(`^Finish invoke request '${answer.requestId}'.*result: ${requested.outcome} \\(${requested.code}\\)$`),
  );
  await expect
    .poll(async () => (await logLines(server, urn, { request_id: answer.requestId })).map((l) => l.message), PATIENCE)
    .toContainEqual(finish);
}

describe.each(['node', 'python'] as const)('in %s', (language) => {
  const urn = () => urns[language];
  /** The next call must find a working instance. */
  const expectRecovered = async (): Promise<void> => {
    expect(await invoke(server, urn(), {})).toMatchObject({ text: 'fine', code: 0 });
  };

  it('an error of the function is HTTP 200 with message, type and stack, and the instance goes on', async () => {
    const before = await invoke(server, urn(), {});
    const answer = await invoke(server, urn(), { do: 'throw' });
    await expectReported(urn(), answer, { outcome: 'function_error', code: 4002, component: 'function' });
    expect(answer.json).toMatchObject({
      errorMessage: 'function invocation exception, error: asked to fail',
      errorType: language === 'node' ? 'TypeError' : 'ValueError',
    });
    expect((answer.json.stackTrace as string[]).join('\n')).toContain('index.');
    expect(answer.log).toContain('asked to fail');
    const after = await invoke(server, urn(), {});
    expect(after.receipt.instance_id).toBe(before.receipt.instance_id);
  });

  it('an event that is not JSON is an error of the call', async () => {
    const answer = await invoke(server, urn(), 'no json {');
    await expectReported(urn(), answer, { outcome: 'function_error', code: 4002, component: 'function' });
    expect(answer.text).toMatch(/JSON|Expecting|token/i);
    await expectRecovered();
  });

  it('a timeout ends the instance, and the next call gets another', async () => {
    const answer = await invoke(server, short[language], { do: 'hang' });
    await expectReported(short[language], answer, { outcome: 'timeout', code: 4010, component: 'timeout' });
    expect(answer.text).toContain('timed out after 3 seconds');
    expect(answer.log).toMatch(/it waited; perhaps .*; its last line, [\d.]+ s before the end: asks the database/);
    expect(answer.log.includes('a promise never settled')).toBe(language === 'node');
    expect(answer.receipt.handler_ms).toBeGreaterThanOrEqual(2_990);
    const next = await invoke(server, short[language], {});
    expect(next.receipt.instance_id).not.toBe(answer.receipt.instance_id);
    expect(next.text).toBe('fine');
  });

  it('too much memory is reported with the bytes used', async () => {
    const answer = await invoke(server, urn(), { do: 'memory' });
    await expectReported(urn(), answer, { outcome: 'memory_exceeded', code: 4205, component: 'function' });
    const used = /^runtime memory limit exceeded, memory used: (\d+) bytes/.exec(String(answer.json.errorMessage));
    expect(Number(used?.[1])).toBeGreaterThan(100 * MIB);
    expect(Number(used?.[1])).toBeLessThanOrEqual(129 * MIB);
    await expectRecovered();
  });

  it('a full /tmp is reported as such', async () => {
    // a function of its own: /tmp of its instance stays full
    const slow = await deploy(server, {
      name: `disk-${language}`,
      runtime: language === 'node' ? nodejs : await runtimeOf(server, 'Python'),
      files: language === 'node' ? { 'index.js': NODE } : { 'index.py': PYTHON },
      timeout: 90,
    });
    const answer = await invoke(server, slow, { do: 'disk' });
    await expectReported(slow, answer, { outcome: 'disk_exceeded', code: 4207, component: 'function' });
    expect(answer.text).toMatch(/ENOSPC|No space left/i);
    expect(await invoke(server, slow, {})).toMatchObject({ text: 'fine', code: 0 });
  });

  it('a process that exits or crashes is reported with how it ended', async () => {
    const exited = await invoke(server, urn(), { do: 'exit' });
    await expectReported(urn(), exited, { outcome: 'crashed', code: 4002, component: 'function' });
    expect(exited.json.errorMessage).toContain('exited with code 3');
    const killed = await invoke(server, urn(), { do: 'kill' });
    await expectReported(urn(), killed, { outcome: 'crashed', code: 4002, component: 'function' });
    expect(killed.json.errorMessage).toContain('SIGSEGV');
    await expectRecovered();
  });
});

describe('only in Node.js', () => {
  it('a handler that never yields is stopped all the same', async () => {
    const answer = await invoke(server, short.node, { do: 'spin' });
    await expectReported(short.node, answer, { outcome: 'timeout', code: 4010, component: 'timeout' });
    expect(answer.log).toMatch(/timed out after [\d.]+ s with [\d.]+ s of processor time/);
    expect((await invoke(server, short.node, {})).text).toBe('fine');
  });

  it('a result that cannot be written as JSON has its own code', async () => {
    const answer = await invoke(server, urns.node, { do: 'circle' });
    await expectReported(urns.node, answer, { outcome: 'function_error', code: 4007, component: 'function' });
  });
});

describe('before the handler runs', () => {
  const start = (name: string, source: string, more: object = {}): Promise<string> =>
    deploy(server, { name, runtime: nodejs, files: { 'index.js': source }, ...more });
  const WITH_INIT = 'exports.handler = async (event, context) => "fine";\n';

  it('a module that is missing is a load failure, reported to each caller', async () => {
    const urn = await start('missing', "require('nowhere'); exports.handler = async (e, c) => 1;");
    for (const _ of [1, 2]) {
      const answer = await invoke(server, urn);
      await expectReported(urn, answer, { outcome: 'load_failed', code: 4001, component: 'function' });
      expect(answer.text).toContain("Cannot find module 'nowhere'");
      expect(answer.log).toContain("Cannot find module 'nowhere'");
    }
  });

  it('a handler that does not exist is a load failure', async () => {
    const urn = await start('absent', 'exports.other = async (e, c) => 1;');
    const answer = await invoke(server, urn);
    await expectReported(urn, answer, { outcome: 'load_failed', code: 4001, component: 'function' });
    expect(answer.text).toContain("handler 'handler' not found in module");
  });

  it('a failing initializer gets three instances and then its error is the answer', async () => {
    const source = `${WITH_INIT}exports.init = (context, callback) => {
      console.log('init attempt ' + Math.random()); callback(new Error('no database')); };`;
    const urn = await start('init-fails', source, { initializer: 'index.init' });
    const answer = await invoke(server, urn);
    await expectReported(urn, answer, { outcome: 'init_failed', code: 4009, component: 'function' });
    expect(answer.text).toContain('no database');
    await expect
      .poll(async () => {
        const lines = (await logLines(server, urn)).filter((line) => line.message.startsWith('init attempt'));
        return [new Set(lines.map((line) => line.message)).size, new Set(lines.map((line) => line.request_id))];
      }, PATIENCE)
      .toEqual([3, new Set([answer.requestId])]);
  });

  it('an initializer that takes too long has its own code', async () => {
    const source = `${WITH_INIT}exports.init = (context, callback) => setInterval(() => {}, 1000);`;
    const urn = await start('init-hangs', source, { initializer: 'index.init', initializerTimeout: 1 });
    const answer = await invoke(server, urn);
    await expectReported(urn, answer, { outcome: 'init_failed', code: 4211, component: 'timeout' });
    expect(answer.text).toContain('timed out after 1 second');
    expect(answer.receipt.init_ms).toBeGreaterThanOrEqual(990);
    expect(answer.receipt.total_ms).toBeLessThan(30_000);
  });

  it('a bootstrap that is not there is a load failure', async () => {
    const files = { 'other.txt': 'nothing' };
    const urn = await deploy(server, { name: 'no-bootstrap', runtime: 'Custom', handler: 'bootstrap', files });
    const answer = await invoke(server, urn);
    await expectReported(urn, answer, { outcome: 'load_failed', code: 4001, component: 'function' });
    expect(answer.text).toContain('bootstrap');
  });
});
