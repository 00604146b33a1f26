import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { runCli, serverEnv } from '../testing/run-cli.ts';

const URL = 'http://localhost:8080/console/#token=abc';
let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

test('prints a link that signs in, and asks for it with the signature of the key', async () => {
  server.on('POST /v1/console/links', { status: 201, body: { url: URL, expires_at: '2026-01-01T00:10:00.000Z' } });
  const env = serverEnv(server.endpoint);
  expect(await runCli(['console'], { env })).toMatchObject({ exitCode: 0, stdout: `${URL}\n`, stderr: '' });
  expect(server.seen.at(-1)?.headers.authorization).toContain('Access=');
  const json = await runCli(['console', '--output', 'json'], { env });
  expect(JSON.parse(json.stdout)).toEqual({ url: URL, expires_at: '2026-01-01T00:10:00.000Z' });
});

test('says why there is none', async () => {
  const refusal = { error_code: 'FSS.0403', error_msg: 'links need an access key', request_id: 'r' };
  server.on('POST /v1/console/links', { status: 403, body: refusal });
  const run = await runCli(['console'], { env: serverEnv(server.endpoint) });
  expect(run).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringContaining('links need an access key') });
});
