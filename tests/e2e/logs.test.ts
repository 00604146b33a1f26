import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, invoke, type LineSeen, logLines, PATIENCE, request, runtimeOf, target } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

const NODE = `exports.handler = async (event, context) => {
  const log = context.getLogger();
  log.setLevel('DEBUG');
  for (let n = 0; n < (event.flood || 0); n += 1) console.log('flood ' + n + ' '.repeat(event.wide || 0));
  if (event.word) {
    log.debug('debug ' + event.word); log.info('info ' + event.word);
    log.warn('warn ' + event.word); log.error('error ' + event.word);
    process.stdout.write('out ' + event.word + '\\n'); process.stderr.write('err ' + event.word + '\\n');
  }
  if (event.child) require('child_process').spawnSync('sh', ['-c', event.child], { stdio: 'inherit' });
  if (event.long) console.log('y'.repeat(event.long));
  return 'ok';
};`;

const PYTHON = `import sys
def handler(event, context):
    context.getLogger().warning('warn ' + event['word'])
    print('out ' + event['word'])
    sys.stderr.write('err ' + event['word'] + '\\n')
    if 'child' in event:
        import os, subprocess
        subprocess.call(['sh', '-c', event['child']])
        os.write(1, b'past the runtime\\n')
    return 'ok'
`;

let server: TestAccount;
let node: string;
let python: string;

beforeAll(async () => {
  server = await TestAccount.open();
  const nodejs = await runtimeOf(server, 'Node.js');
  node = await deploy(server, { name: 'node', runtime: nodejs, files: { 'index.js': NODE }, timeout: 60 });
  const runtime = await runtimeOf(server, 'Python');
  python = await deploy(server, { name: 'python', runtime, files: { 'index.py': PYTHON } });
});
afterAll(() => server?.stop());

/** The lines of a request once its last one is stored. */
async function linesOf(urn: string, requestId: string): Promise<readonly LineSeen[]> {
  let lines: readonly LineSeen[] = [];
  await expect
    .poll(async () => {
      lines = await logLines(server, urn, { request_id: requestId });
      return lines.some((line) => line.message.startsWith('Finish invoke request'));
    }, PATIENCE)
    .toBe(true);
  return lines;
}

const said = (lines: readonly LineSeen[]): string[] => lines.map((line) => `${line.level} ${line.message.trim()}`);

describe('the log of a function', () => {
  it('has the lines of one request with their levels, between start and finish', async () => {
    const { requestId, receipt } = await invoke(server, node, { word: 'apple' });
    const lines = await linesOf(node, requestId);
    const reported = said(lines);
    expect(reported[0]).toBe(`INFO Start invoke request '${requestId}', version: latest`);
    expect(reported.at(-1)).toMatch(/^INFO Finish invoke request/);
    expect(reported).toEqual(
      expect.arrayContaining([
        'DEBUG debug apple',
        'INFO info apple',
        'WARN warn apple',
        'ERROR error apple',
        'INFO out apple',
        'ERROR err apple',
      ]),
    );
    expect(lines.every((line) => line.instance_id === receipt.instance_id && line.version === 'latest')).toBe(true);

    const snake = await invoke(server, python, { word: 'pear' });
    expect(said(await linesOf(python, snake.requestId))).toEqual(
      expect.arrayContaining(['WARN warn pear', 'INFO out pear', 'ERROR err pear']),
    );
  });

  it('has the output of child processes and of writes past the runtime under their request, before its end', async () => {
    for (let n = 0; n < 5; n += 1) {
      const { requestId } = await invoke(server, node, { child: `echo child ${n}; echo bad ${n} >&2` });
      const reported = said(await linesOf(node, requestId));
      expect(reported.slice(1, -1).sort()).toEqual([`ERROR bad ${n}`, `INFO child ${n}`]);
    }
    const { requestId } = await invoke(server, python, { word: 'fig', child: 'printf "no end"' });
    const reported = said(await linesOf(python, requestId));
    expect(reported).toContain('INFO no endpast the runtime');
    expect(reported.at(-1)).toMatch(/^INFO Finish invoke request/);
  });

  it('reports where the output of a child process was cut', async () => {
    const { requestId } = await invoke(server, node, { child: 'head -c 500000 /dev/zero | tr "\\\\0" x' });
    expect(said(await linesOf(node, requestId)).join('')).toContain('[output cut: more than 64 KiB in one second]');
  });

  it('is searched by keyword and by level, and never shows another function', async () => {
    const { requestId } = await invoke(server, node, { word: 'needle' });
    await linesOf(node, requestId);
    const found = await logLines(server, node, { keyword: 'needle' });
    expect(found).toHaveLength(6);
    expect(said(await logLines(server, node, { keyword: 'needle', level: 'WARN,ERROR' })).sort()).toEqual([
      'ERROR err needle',
      'ERROR error needle',
      'WARN warn needle',
    ]);
    expect(await logLines(server, node, { keyword: "nee%' OR 1=1 --" })).toEqual([]);
    expect(await logLines(server, python, { keyword: 'needle' })).toEqual([]);
    expect(await logLines(server, python, { request_id: requestId })).toEqual([]);
    const path = `/v1/${server.credentials.project_id}/functions/${node}/logs?level=LOUD`;
    expect((await request(server, { method: 'GET', path })).status).toBe(400);
  });

  it('is followed live, filtered, until the client closes', async () => {
    const stop = new AbortController();
    const query = { keyword: 'melon', level: 'WARN' };
    const stream = server.api.stream('followLogs', { params: target(server, node), query, signal: stop.signal });
    const first = stream.next();
    let answered = false;
    // The stream begins when the server has answered: ask until a line came through it.
    const calling = (async () => {
      while (!answered) await invoke(server, node, { word: 'melon' });
    })();
    const { value } = await first;
    answered = true;
    await calling;
    expect(value).toMatchObject({ level: 'WARN' });
    expect(value?.message).toContain('warn melon');
    stop.abort();
    const rest = (async () => {
      for await (const line of stream) expect(line.message).toContain('warn melon');
    })();
    await expect(rest).rejects.toThrow();
  });

  it('keeps a flood within bounds and explains how many lines it dropped, and the call is not hurt', async () => {
    const flood = 40_000;
    // A function of its own: what an instance may log in a second is used up by this.
    const files = { 'index.js': NODE };
    const urn = await deploy(server, {
      name: 'flood',
      runtime: await runtimeOf(server, 'Node.js'),
      files,
      timeout: 60,
    });
    const { requestId, log, text } = await invoke(server, urn, { flood });
    expect(text).toBe('ok');
    expect(Buffer.byteLength(log)).toBeLessThanOrEqual(2048);
    const lines = await linesOf(urn, requestId);
    const kept = lines.filter((line) => line.message.startsWith('flood ')).length;
    const dropped = lines
      .map((line) => /^(\d+) log messages were dropped/.exec(line.message)?.[1])
      .filter((count) => count !== undefined)
      .reduce((sum, count) => sum + Number(count), 0);
    expect(kept).toBeLessThan(flood);
    expect(dropped).toBeGreaterThan(0);
    expect(kept + dropped).toBe(flood);
    expect((await invoke(server, urn, { word: 'after' })).text).toBe('ok');
  });

  it('keeps answering others while a function logs 40 MB in small messages', async () => {
    const noisy = await deploy(server, {
      name: 'noisy',
      runtime: await runtimeOf(server, 'Node.js'),
      files: { 'index.js': NODE },
      memory: 512,
      timeout: 60,
    });
    await invoke(server, python, { word: 'warm' });
    let isOver = false;
    const calling = call(server, noisy, { flood: 400_000, wide: 90 }).finally(() => {
      isOver = true;
    });
    const took: number[] = [];
    const floodBegan = performance.now();
    while (!isOver) {
      const began = performance.now();
      expect((await invoke(server, python, { word: 'quiet' })).text).toBe('ok');
      took.push(performance.now() - began);
    }
    const floodMs = performance.now() - floodBegan;
    expect((await calling).text).toBe('ok');
    // not the slowest: the machine may be busy with something else
    expect(took.toSorted((a, b) => a - b)[took.length >> 1]).toBeLessThan(floodMs / 3);
  });

  it('cuts very long messages into pieces and loses nothing of them', async () => {
    const long = 250_000;
    const { requestId } = await invoke(server, node, { long });
    const pieces = (await linesOf(node, requestId)).filter((line) => line.message.startsWith('y'));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.reduce((sum, line) => sum + line.message.trim().length, 0)).toBe(long);
  });
});
