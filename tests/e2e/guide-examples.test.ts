import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAccount } from '../test-account.ts';

let server: TestAccount;
let available: string[];

beforeAll(async () => {
  server = await TestAccount.open();
  const { stdout } = await server.fgs(['runtimes', 'list', '--available', '--output', 'json']);
  available = (JSON.parse(stdout.toString()) as { name: string }[]).map((runtime) => runtime.name);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A runtime of the language that this machine has; every machine that runs the tests has Node.js and Python 3. */
function runtimeOf(language: string): string {
  const found = available.findLast((name) => name.startsWith(language));
  if (found === undefined) throw new Error(`no runtime ${language} among ${available.join(', ')}`);
  return found;
}

async function deploy(example: string, runtime: string, handler: string): Promise<void> {
  const run = await server.fgs([
    'functions',
    'deploy',
    `examples/${example}`,
    '--runtime',
    runtime,
    '--handler',
    handler,
  ]);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
}

async function invoke(name: string, event: unknown): Promise<string> {
  const run = await server.fgs(['functions', 'invoke', name, '--data', JSON.stringify(event)]);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString('utf8');
}

test('hello greets by name in Node.js', async () => {
  await deploy('hello', runtimeOf('Node.js'), 'index.handler');
  expect(JSON.parse(await invoke('hello', { name: 'Ada' }))).toEqual({ message: 'Hello, Ada!' });
  expect(JSON.parse(await invoke('hello', {}))).toEqual({ message: 'Hello, World!' });
});

test('hello-python greets by name in Python', async () => {
  await deploy('hello-python', runtimeOf('Python3'), 'index.handler');
  expect(JSON.parse(await invoke('hello-python', { name: 'Ada' }))).toEqual({ message: 'Hello, Ada!' });
});

test('chinese-output-python answers with characters, not with escapes', async () => {
  await deploy('chinese-output-python', runtimeOf('Python3'), 'index.handler');
  expect(await invoke('chinese-output-python', { name: '李华' })).toBe('{"问候": "你好，李华"}');
});

test('bootstrap-shell answers several events from one shell loop', async () => {
  await deploy('bootstrap-shell', 'Custom', 'bootstrap');
  expect(JSON.parse(await invoke('bootstrap-shell', { a: 1 }))).toEqual({ shell: 'hello', event: { a: 1 } });
  expect(JSON.parse(await invoke('bootstrap-shell', { b: '中' }))).toEqual({ shell: 'hello', event: { b: '中' } });
  const failed = await server.fgs(['functions', 'invoke', 'bootstrap-shell', '--data', '{"fail":true}']);
  expect(failed).toMatchObject({ exitCode: 6 });
  expect(JSON.parse(failed.stdout.toString())).toEqual({
    errorType: 'Asked',
    errorMessage: 'the event asked for a failure',
  });
});

test('http-node is an ordinary web server behind a URL', async () => {
  await deploy('http-node', 'http', 'bootstrap');
  const published = await server.fgs([
    'functions',
    'url',
    'http-node',
    '--enable',
    '--auth',
    'none',
    '--output',
    'json',
  ]);
  expect(published, published.stderr).toMatchObject({ exitCode: 0 });
  const { url } = JSON.parse(published.stdout.toString()) as { url: string };
  expect(await (await fetch(`${url}?name=Ada`)).text()).toBe('<h1>Hello, Ada!</h1>\n');
  expect(await (await fetch(`${url}echo`, { method: 'POST', body: '回声' })).text()).toBe('回声');
  expect((await fetch(`${url}none`)).status).toBe(404);
});
