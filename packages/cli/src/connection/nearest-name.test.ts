import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { runCli, serverEnv } from '../testing/run-cli.ts';

const FUNCTIONS = '/v2/p1/fgs/functions';
const URN = 'urn:fss:r1:p1:function:default:hello';

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  const functions = [
    { func_name: 'hello', package: 'default' },
    { func_name: 'other', package: 'shop' },
  ];
  server.on(`GET ${FUNCTIONS}`, { body: { functions, next_marker: 2, count: 2 } });
  server.on(`GET ${FUNCTIONS}/${URN}/versions`, { body: { versions: [{ version: 'latest' }, { version: '1.0.0' }] } });
  server.on(`GET ${FUNCTIONS}/${URN}/aliases`, { body: [{ name: 'live' }] });
});
afterEach(() => server[Symbol.asyncDispose]());

const fgs = (...argv: string[]) => runCli(argv, { env: serverEnv(server.endpoint) });

test.each([
  [['functions', 'invoke', 'helo'], 'did you mean hello? All of them: fgs functions list'],
  [['functions', 'invoke', 'helo', '--stream'], 'did you mean hello?'],
  [['functions', 'invoke', 'helo', '--async'], 'did you mean hello?'],
  [['functions', 'show', 'helo'], 'did you mean hello?'],
  [['functions', 'logs', 'helo'], 'did you mean hello?'],
  [['functions', 'update', 'helo', '--memory', '256'], 'did you mean hello?'],
  [['functions', 'show', 'other'], 'it is in another package: --package shop'],
  [['functions', 'show', 'nothing-like-it'], 'fgs functions list shows the names'],
])('%j suggests a function', async (argv, hint) => {
  const run = await fgs(...argv);
  expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`hint: ${hint}`) });
  expect(run.stderr).toContain('error FSS.1051');
});

test.each([
  ['live', "did you mean '!live'? There are: latest, 1.0.0, '!live'"],
  ['!lve', "did you mean '!live'?"],
  ['1.0.1', 'did you mean 1.0.0?'],
  ['!1.0.0', 'did you mean 1.0.0?'],
  ['!nothing-like-it', "There are: latest, 1.0.0, '!live'"],
])('for the version or alias %s says %s', async (qualifier, hint) => {
  const missing = { status: 404, body: { error_code: 'FSS.1052', error_msg: 'The function has no such version.' } };
  server.on(`POST ${FUNCTIONS}/${URN}:${qualifier}/invocations`, missing);
  const run = await fgs('functions', 'invoke', 'hello', '--qualifier', qualifier);
  expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`hint: ${hint}`) });
});

test('suggests a function when an invocation answers with the general code, and nothing when the function exists', async () => {
  const missing = { status: 404, body: { error_code: 'FSS.0404', error_msg: 'no' } };
  server.on(`POST ${FUNCTIONS}/${URN.replace(/hello$/, 'helo')}/invocations`, missing);
  expect((await fgs('functions', 'invoke', 'helo')).stderr).toContain('hint: did you mean hello?');
  server.on(`POST ${FUNCTIONS}/${URN}/invocations`, missing);
  server.on(`GET ${FUNCTIONS}/${URN}/config`, { body: { func_name: 'hello' } });
  expect((await fgs('functions', 'invoke', 'hello')).stderr).toBe('error FSS.0404: no\n');
});

test('shows the error alone to a caller that may not list functions', async () => {
  server.on(`GET ${FUNCTIONS}`, { status: 403, body: { error_code: 'FSS.0403', error_msg: 'no' } });
  const run = await fgs('functions', 'show', 'helo');
  expect(run.stderr).toBe('error FSS.1051: There is no such function.\n');
});
