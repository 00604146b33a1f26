import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { localTime } from '../commands/time-text.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { type RunOptions, runCli, serverEnv } from '../testing/run-cli.ts';

const FUNCTIONS = [{ func_name: 'hello', package: 'default', runtime: 'Node.js20.15', handler: 'a-long-name.handler' }];
const URN = 'urn:fss:r1:p1:function:default:hello';
const LINE = { time: '2026-01-31T08:00:00.125Z', level: 'INFO', request_id: 'r', message: 'x' };

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on('GET /v2/p1/fgs/functions', { body: { functions: FUNCTIONS, next_marker: 1, count: 1 } });
  server.on(`GET /v1/p1/functions/${URN}/logs`, { body: { lines: [LINE, LINE] } });
});
afterEach(() => server[Symbol.asyncDispose]());

const fgs = (argv: string, { env = {}, ...options }: RunOptions = {}) =>
  runCli(argv.split(' '), { ...options, env: { ...serverEnv(server.endpoint), ...env } });

test('prints lists, records, errors and streams as YAML', async () => {
  expect(parse((await fgs('functions list --output yaml')).stdout)).toEqual(FUNCTIONS);
  const failed = await fgs('functions show nothing --output yaml');
  expect(parse(failed.stderr)).toMatchObject({ error: { code: 'FSS.1051' } });
  const { stdout } = await fgs('functions logs hello --output=yaml');
  expect(
    stdout
      .split('---\n')
      .slice(1)
      .map((text) => parse(text) as object),
  ).toEqual([LINE, LINE]);
  expect(await fgs('functions list --output yaml --field name')).toMatchObject({ exitCode: 2 });
});

test('cuts a table to the terminal, and nothing in a pipe', async () => {
  const narrow = (await fgs('functions list', { tty: true, columns: 90, env: { NO_COLOR: '1' } })).stdout;
  expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  expect(narrow).toContain('…');
  expect((await fgs('functions list')).stdout).toContain('a-long-name.handler');
});

test('colours headings and errors of a terminal only, and not with NO_COLOR', async () => {
  expect((await fgs('functions list', { tty: true })).stdout).toContain('\u001b[1mNAME');
  expect((await fgs('functions show x', { tty: true })).stderr).toContain(
    '\u001b[1;31merror FSS.1051\u001b[0m: There is',
  );
  for (const options of [{}, { tty: true, env: { NO_COLOR: '1' } }, { tty: true, env: { TERM: 'dumb' } }]) {
    expect((await fgs('functions list', options)).stdout).not.toContain('\u001b');
    expect((await fgs('functions show x', options)).stderr).not.toContain('\u001b');
  }
});

test('shows log lines on the clock of the machine in a terminal, and as they came in a pipe', async () => {
  expect((await fgs('logs hello', { tty: true })).stdout).toContain(`${localTime(LINE.time)} r INFO x\n`);
  expect(localTime(LINE.time)).toMatch(/^2026-0[12]-\d\d \d\d:\d\d:00\.125$/);
  expect((await fgs('logs hello')).stdout).toContain(`${LINE.time} r INFO x\n`);
});
