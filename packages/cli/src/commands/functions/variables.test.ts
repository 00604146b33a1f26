import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

const CONFIG = '/v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/config';
const PRESENT = {
  func_urn: 'urn:fss:r1:p1:function:default:hello:latest',
  func_name: 'hello',
  runtime: 'Node.js20.15',
  handler: 'index.handler',
  timeout: 3,
  memory_size: 128,
  user_data: '{"A":"1","B":"2"}',
  encrypted_user_data: '{"KEY":"******"}',
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
  server.on(`GET ${CONFIG}`, { body: PRESENT });
  server.on(`PUT ${CONFIG}`, { body: PRESENT });
});
afterEach(() => server[Symbol.asyncDispose]());

/** The variables that the command sends; undefined when it sends nothing. */
async function sent(...flags: string[]): Promise<unknown> {
  const run = await runCli(['functions', 'update', 'hello', ...flags], { env: serverEnv(server.endpoint) });
  if (run.exitCode !== 0) return run.stderr;
  const body = server.requests(`PUT ${CONFIG}`).at(-1)?.body.toString();
  if (body === undefined) return undefined;
  const { user_data: plain, encrypted_user_data: encrypted } = JSON.parse(body) as Record<string, string>;
  return {
    ...(plain === undefined ? {} : { plain: JSON.parse(plain) as unknown }),
    ...(encrypted === undefined ? {} : { encrypted: JSON.parse(encrypted) as unknown }),
  };
}

test.each([
  ['--env A=9 -e C=3', { plain: { A: '9', B: '2', C: '3' } }],
  ['--env A=1', undefined],
  ['--unset-env A', { plain: { B: '2' } }],
  ['--unset-env KEY', { encrypted: {} }],
  ['--unset-env * --env C=3', { plain: { C: '3' }, encrypted: {} }],
  ['--unset-env * --encrypted-env KEY=new', { plain: {}, encrypted: { KEY: 'new' } }],
  ['--encrypted-env TOKEN=t', { encrypted: { KEY: '******', TOKEN: 't' } }],
  ['--encrypted-env A=t', { plain: { B: '2' }, encrypted: { KEY: '******', A: 't' } }],
])('with %s changes only the variables that are named', async (flags, fields) => {
  expect(await sent(...flags.split(' '))).toEqual(fields);
});

test.each([
  ['--env KEY=secret', 'the variable KEY is encrypted'],
  ['--env C=secret --encrypted-env C=secret', 'C is given as plain and as encrypted variable'],
  ['--env A=secret --unset-env A', 'A is given both with a value and in --unset-env'],
  ['--unset-env D', 'there is no variable D\nhint: there are: A, B, KEY'],
  ['--encrypted-env secret', '--encrypted-env number 1 is not NAME=VALUE'],
])('refuses %s before anything changes', async (flags, message) => {
  const text = await sent(...flags.split(' '));
  expect(text).toContain(message);
  expect(text).not.toContain('secret');
  expect(server.requests(`PUT ${CONFIG}`)).toEqual([]);
});
