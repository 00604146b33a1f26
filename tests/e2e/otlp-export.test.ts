import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestCollector } from '../../packages/server/src/telemetry/export/testing.ts';
import { call, deploy, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

let collector: TestCollector;
let folder: string;

beforeAll(async () => {
  collector = await TestCollector.start();
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-otlp-'));
});
afterAll(async () => {
  await collector?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('a collector has the traces, lines and metrics of a function when the server has stopped', async () => {
  const headersFile = join(folder, 'headers');
  writeFileSync(headersFile, 'Authorization=Bearer%20token\n');
  const args = ['--sandbox', 'process', '--otlp-endpoint', collector.endpoint, '--otlp-headers-file', headersFile];
  await using server = await TestServer.start({ args });
  const files = {
    'index.js': `exports.handler = async (event, context) => { console.log('from the function'); return 1; };`,
  };
  const urn = await deploy(server, { name: 'watched', runtime: await runtimeOf(server, 'Node.js'), files });
  await call(server, urn, {});
  await call(server, urn, {});
  await server.kill('SIGTERM');
  const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(roots).toHaveLength(2);
  expect(roots[0]).toMatchObject({ name: 'watched', attributes: { 'faas.coldstart': true } });
  for (const { traceId } of roots) {
    expect(collector.bodiesOf(traceId)).toEqual([
      expect.stringMatching(/^Start invoke/),
      expect.stringContaining('from the function'),
      expect.stringMatching(/^Finish invoke/),
    ]);
  }
  expect(collector.last('watched', 'faas.invocations')).toBe(2);
  const phases = collector.spans.filter(({ traceId }) => traceId === roots[0]?.traceId).map(({ name }) => name);
  expect(phases).toEqual(expect.arrayContaining(['boot', 'handler']));
  expect(new Set(collector.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token']));
});
