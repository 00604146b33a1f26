import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CAUSES } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, invoke, PATIENCE, project, request, runtimeOf, target } from '../functions.ts';
import { commandOf, ROOT, TestServer } from '../server.ts';

const SOURCE = `
const fs = require('node:fs');
exports.init = (context, callback) => callback(process.env.BREAK === 'init' ? new Error('no database') : null);
exports.handler = async (event, context) => {
  switch (event.do) {
    case 'throw': throw new TypeError('asked to fail');
    case 'hang': await new Promise(() => setInterval(() => {}, 1000)); return;
    case 'wait': await new Promise((done) => setTimeout(done, event.ms)); return 'waited';
    case 'memory': { const held = []; for (;;) held.push(Buffer.alloc(8 * 1024 * 1024, 1)); }
    case 'disk': {
      const file = fs.openSync('/tmp/fill', 'w');
      const block = Buffer.alloc(4 * 1024 * 1024, 1);
      for (;;) fs.writeSync(file, block);
    }
    default: return 'fine';
  }
};`;

let server: TestServer;
let runtime: string;
let urn: string;

const start = (name: string, more: object = {}): Promise<string> =>
  deploy(server, { name, runtime, files: { 'index.js': SOURCE }, timeout: 60, ...more });

interface Totals {
  count: number;
  failed: number;
  rejected: number;
  cold: number;
  causes: Record<string, number>;
}

async function totals(of: string): Promise<Totals> {
  const { data } = await server.api.call('showMetrics', { params: target(server, of) });
  const sum: Totals = { count: 0, failed: 0, rejected: 0, cold: 0, causes: {} };
  for (const point of data.points) {
    sum.count += point.count;
    sum.failed += point.failed;
    sum.rejected += point.rejected;
    sum.cold += point.cold;
    for (const cause of CAUSES) sum.causes[cause] = (sum.causes[cause] ?? 0) + point.causes[cause];
  }
  return sum;
}

async function receipts(of: string, query: object = {}) {
  const { data } = await server.api.call('listReceipts', { params: target(server, of), query: query as never });
  return data.receipts;
}

beforeAll(async () => {
  server = await TestServer.start({ args: ['--max-wait', '300ms'] });
  runtime = await runtimeOf(server, 'Node.js');
  urn = await start('causes');
});
afterAll(() => server?.stop());

describe('each of the seven causes', () => {
  it.each([
    ['code', async () => invoke(server, urn, { do: 'throw' })],
    ['memory', async () => invoke(server, urn, { do: 'memory' })],
    ['disk', async () => invoke(server, urn, { do: 'disk' })],
    ['timeout', async () => invoke(server, await start('slow', { timeout: 3 }), { do: 'hang' })],
    ['load', async () => invoke(server, await start('missing', { files: { 'index.js': "require('nowhere');" } }))],
    [
      'init',
      async () => invoke(server, await start('broken', { initializer: 'index.init', userData: { BREAK: 'init' } })),
    ],
  ] as const)('%s is counted once, and its receipt found by it', async (cause, run) => {
    const answer = await run();
    const of = answer.receipt.function_urn.replace(/:latest$/, '');
    expect(answer.receipt.cause).toBe(cause);
    expect((await totals(of)).causes[cause]).toBe(1);
    const found = await receipts(of, { result: 'failed', cause });
    expect(found.map(({ request_id }) => request_id)).toEqual([answer.requestId]);
    const log = await request(server, { method: 'GET', path: found[0]?.log_path ?? '' });
    expect(log.status).toBe(200);
    await expect
      .poll(async () => (await request(server, { method: 'GET', path: found[0]?.log_path ?? '' })).text, PATIENCE)
      .toContain(`Finish invoke request '${answer.requestId}'`);
  });

  it('system is counted once when the sandbox is lost', async () => {
    const lost = await start('lost');
    await invoke(server, lost);
    const agent = server.agentPid();
    const answer = invoke(server, lost, { do: 'hang' });
    await expect.poll(async () => runningNow(), PATIENCE).toBe(1);
    if (agent === undefined || !commandOf(agent).includes('--run-dir')) throw new Error('there is no agent');
    process.kill(agent, 'SIGKILL');
    const { receipt, requestId } = await answer;
    expect(receipt.cause).toBe('system');
    expect((await totals(lost)).causes.system).toBe(1);
    expect((await receipts(lost, { cause: 'system' })).map(({ request_id }) => request_id)).toEqual([requestId]);
    await expect.poll(async () => (await call(server, lost)).status, PATIENCE).toBe(200);
  });
});

async function runningNow(): Promise<number | null | undefined> {
  const { data } = await server.api.call('listAllQuotas', { params: project(server) });
  return data.quotas.find(({ name }) => name === 'concurrency')?.used;
}

describe('requests', () => {
  it('over a limit are rejected, not failed', async () => {
    const one = await start('one');
    await server.api.call('updateFunctionMaxInstanceConfig', {
      params: target(server, one),
      body: { max_instance_num: 1 },
    });
    await invoke(server, one);
    const long = invoke(server, one, { do: 'wait', ms: 6_000 });
    await expect.poll(async () => runningNow(), PATIENCE).toBe(1);
    const refused = await call(server, one);
    expect(refused.status).toBe(429);
    await long;
    expect(await totals(one)).toMatchObject({ count: 3, failed: 0, rejected: 1 });
    expect(await receipts(one, { result: 'rejected' })).toHaveLength(1);
    expect(await receipts(one, { result: 'success', cold: 'false', min_duration_ms: '2000' })).toHaveLength(1);
  });

  it('through an alias are distinguished from those of a version, in metrics and receipts', async () => {
    const aliased = await start('aliased');
    const params = target(server, aliased);
    await server.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
    await server.api.call('createVersionAlias', { params, body: { name: 'live', version: 'v1' } });
    await invoke(server, aliased);
    await invoke(server, `${aliased}:v1`);
    const through = await invoke(server, `${aliased}:!live`);
    expect((await totals(aliased)).count).toBe(3);
    expect((await totals(`${aliased}:latest`)).count).toBe(1);
    expect((await totals(`${aliased}:v1`)).count).toBe(2);
    expect((await totals(`${aliased}:!live`)).count).toBe(1);
    expect((await receipts(`${aliased}:!live`)).map(({ request_id }) => request_id)).toEqual([through.requestId]);
    expect(await receipts(`${aliased}:v1`)).toHaveLength(2);
    expect(await receipts(aliased)).toHaveLength(3);
    const shown = await server.fgs(['metrics', 'show', 'aliased', '--qualifier', '!live', '--output', 'json']);
    expect(shown.stderr).toBe('');
    expect(JSON.parse(shown.stdout.toString()).some(({ count }: { count: number }) => count === 1)).toBe(true);
    const list = await server.fgs(['invocations', 'list', 'aliased', '--qualifier', '!live', '--output', 'json']);
    expect(JSON.parse(list.stdout.toString())).toMatchObject([{ request_id: through.requestId, alias: 'live' }]);
  });

  it('ask for instances that are kept, which are counted', async () => {
    const kept = await start('kept');
    const params = target(server, kept);
    await server.api.call('updateFunctionReservedInstancesCount', {
      params,
      body: { count: 1, idle_mode: true },
    } as never);
    const reserved = async (): Promise<number> => {
      const { data } = await server.api.call('showMetrics', { params });
      return Math.max(...data.points.map(({ reserved_instances }) => reserved_instances));
    };
    await expect.poll(reserved, PATIENCE).toBe(1);
    await server.api.call('updateFunctionReservedInstancesCount', { params, body: { count: 0 } } as never);
  });
});

describe('the page for Prometheus', () => {
  it('has functions by result and cause, operations and parts of the server, in its text format', async () => {
    await invoke(server, urn, { do: 'throw' });
    const page = await fetch(`${server.endpoint}/metrics`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('version=0.0.4');
    const text = await page.text();
    const labels = `project="${server.credentials.project_id}",package="default",function="causes"`;
    expect(text).toMatch(new RegExp(`^funcgraph_function_invocations_total\\{${labels},result="failed"\\} [1-9]`, 'm'));
    expect(text).toMatch(new RegExp(`^funcgraph_function_failures_total\\{${labels},cause="code"\\} [1-9]`, 'm'));
    expect(text).toMatch(/^funcgraph_http_requests_total\{route="invokeFunction",status="2xx"\} [1-9]/m);
    expect(text).toMatch(/^funcgraph_http_request_duration_seconds_bucket\{route="createFunction",le="\+Inf"\} [1-9]/m);
    expect(text).toMatch(/^funcgraph_pool_instances [1-9]/m);
    expect(text).toMatch(/^funcgraph_storage_bytes\{part="database"\} [1-9]/m);
    const line = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+)$/;
    expect(
      text
        .trimEnd()
        .split('\n')
        .filter((one) => !line.test(one)),
    ).toEqual([]);
    expect(text).not.toContain('request_id');
  });

  it('has every metric of the alert rules in the guide for teams', async () => {
    const rules = /```yaml\n(groups:.*?)```/s.exec(readFileSync(join(ROOT, 'docs/guides/team.md'), 'utf8'))?.[1] ?? '';
    // this server has no certificate: gateway-tls.test.ts sees its end
    const names = new Set(rules.match(/funcgraph_(?!tls_)[a-z_]+/g));
    expect(names.size).toBeGreaterThan(5);
    const text = await (await fetch(`${server.endpoint}/metrics`)).text();
    expect([...names].filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
    expect(text).toContain('funcgraph_event_loop_delay_seconds{quantile="0.99"}');
  });

  it('is for this machine alone, and not for what comes through a proxy on it', async () => {
    const forwarded = await fetch(`${server.endpoint}/metrics`, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
    expect(forwarded.status).toBe(403);
  });

  it('is for those with the token when there is one', async () => {
    const file = join(server.dataDir, 'scrape-token');
    await writeFile(file, 'a-token-for-the-scraper\n');
    await using other = await TestServer.start({ args: ['--metrics-token-file', file] });
    const scrape = (token?: string): Promise<Response> =>
      fetch(`${other.endpoint}/metrics`, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
    expect((await scrape()).status).toBe(401);
    expect((await scrape('a-token-for-the-scrapeR')).status).toBe(401);
    expect((await scrape('a-token-for-the-scraper')).status).toBe(200);
  });
});
