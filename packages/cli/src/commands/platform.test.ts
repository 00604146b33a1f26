import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { runCli, serverEnv } from '../testing/run-cli.ts';

const RUNTIME = {
  name: 'Node.js14.18',
  language: 'nodejs',
  lanes: true,
  available: false,
  version: '',
  source: '',
  path: '',
  hint: 'fgs runtimes install Node.js14.18',
};

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());
const cli = (...argv: string[]) => runCli(argv, { env: serverEnv(server.endpoint), cwd: '/base' });

test('lists runtimes with the way to get those that are missing', async () => {
  server.on('GET /v1/runtimes', {
    body: { runtimes: [RUNTIME, { ...RUNTIME, name: 'http', lanes: false, available: true, hint: '' }] },
  });
  const all = await cli('runtimes', 'list');
  expect(all.stdout).toContain('fgs runtimes install Node.js14.18');
  expect(all.stdout).toMatch(/Node\.js14\.18 +no +- +- +- +yes /);
  const available = await cli('runtimes', 'list', '--available');
  expect(available.stdout).not.toContain('Node.js14.18');
  expect(available.stdout).toMatch(/http +yes +- +- +- +one at a time/);
});

test('registers a folder by its absolute path', async () => {
  server.on('POST /v1/runtimes/Node.js14.18/add', {
    body: { ...RUNTIME, available: true, version: 'v14.18.3', path: '/base/n' },
  });
  const run = await cli('runtimes', 'add', 'Node.js14.18', '--from', 'n');
  expect(run.stdout).toContain('v14.18.3');
  expect(JSON.parse(server.seen[0]?.body.toString() ?? '')).toEqual({ from: '/base/n' });
});

test('shows the steps of an installation, and fails when it fails or just ends', async () => {
  const route = 'POST /v1/runtimes/Node.js14.18/install';
  server.on(route, {
    body: `{"step":"fetching"}\n${JSON.stringify({ step: 'done', runtime: { ...RUNTIME, version: 'v14.18.3' } })}\n`,
  });
  expect(await cli('runtimes', 'install', 'Node.js14.18')).toMatchObject({
    exitCode: 0,
    stdout: 'fetching\nNode.js14.18 is available: v14.18.3\n',
  });
  server.on(route, { body: '{"step":"fetching"}\n{"step":"checking","error":"integrity differs"}\n' });
  const failed = await cli('runtimes', 'install', 'Node.js14.18');
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('integrity differs');
  server.on(route, { body: '{"step":"fetching"}\n' });
  expect(await cli('runtimes', 'install', 'Node.js14.18')).toMatchObject({ exitCode: 1 });
});

test('shows asynchronous invocations by state, in the time form that the API wants', async () => {
  const route = 'GET /v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/async-invocations';
  server.on(route, {
    body: {
      invocations: [
        { request_id: 'a', status: 'FAIL', error_code: 4002, error_message: 'no', start_time: 's', end_time: 'e' },
      ],
      count: 1,
    },
  });
  const run = await cli(
    'invocations',
    'list',
    'hello',
    '--async',
    '--state',
    'FAIL',
    '--since',
    '2026-01-31T08:00:00Z',
  );
  expect(run.stdout).toContain('4002');
  expect(Object.fromEntries(server.requests(route)[0]?.query ?? [])).toEqual({
    query_begin_time: '2026-01-31T08:00:00',
    limit: '50',
    status: 'FAIL',
  });
  expect(await cli('invocations', 'list', 'hello', '--state', 'FAIL')).toMatchObject({ exitCode: 2 });
});

test('shows one receipt', async () => {
  server.on('GET /v1/p1/invocations/rid', { body: { request_id: 'rid', outcome: 'timeout', cpu_ms: null } });
  expect((await cli('invocations', 'show', 'rid')).stdout).toBe(
    'request_id  rid\noutcome     timeout\ncpu_ms      -\n',
  );
});

test('doctor adds the findings of a running server, and works without one', async () => {
  server.on('GET /v1/doctor', {
    body: {
      version: '0.1.0',
      node: 'v20',
      sandbox: { driver: 'bubblewrap', root: true, cgroup: 'v1', degraded: ['no swap limit'] },
      checks: [{ name: 'disk', ok: false, detail: 'full', hint: 'empty it' }],
    },
  });
  const withServer = await cli('doctor');
  expect(withServer.stdout).toMatch(/warn {2}disk +full\n +-> empty it/);
  expect(withServer.stdout).toContain('no swap limit');
  expect((await runCli(['doctor'])).stdout).toMatch(/warn {2}server +no running server/);
});
