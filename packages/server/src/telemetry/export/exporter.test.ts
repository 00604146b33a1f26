import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { SinceStart } from '../metrics/since-start.ts';
import { invocationRecord, logLine } from '../testing.ts';
import { Exporter } from './exporter.ts';
import { TestCollector } from './testing.ts';
import type { OtlpTarget } from './types.ts';

const at = Date.UTC(2026, 0, 1);
const functionKey = 'p1:default:resize';
const requestId = '019abcde-0123-7123-8123-0123456789ab';
const traceId = '019abcde0123712381230123456789ab';
const server = { region: 'local-1', instanceId: 'one' };

let collector: TestCollector;
let clock: ManualClock;
let sums: SinceStart;
const exporters: Exporter[] = [];

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(async () => {
  await Promise.all(exporters.map((each) => each.close()));
  await collector[Symbol.asyncDispose]();
});

function exporterTo(target: Partial<OtlpTarget> = {}, maxBytes?: number): Exporter {
  clock = new ManualClock(at);
  sums = new SinceStart();
  const headers = { Authorization: 'Bearer t' };
  const made = new Exporter({
    ...{ target: { endpoint: collector.endpoint, headers, ca: undefined, ...target }, server, sums, clock },
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  exporters.push(made);
  return made;
}

it('sends an invocation as one trace whose spans are its phases, and its lines with the same trace', async () => {
  const exporter = exporterTo();
  const record = invocationRecord({
    ...{ startedAt: at, requestId, functionKey, version: 'v3', alias: 'live', cold: true, mode: 'gateway' },
    ...{ queueMs: 1, sandboxMs: 10, bootMs: 20.5, loadMs: 0, initMs: 30, handlerMs: 4.25, totalMs: 70 },
  });
  exporter.addLines([logLine({ time: at, requestId, functionKey, version: 'v3', level: 'WARN', message: 'hé' })]);
  exporter.addRecords([record]);
  clock.advance(1000);
  await expect.poll(() => collector.spans.length).toBe(6);
  const [root, ...phases] = collector.spans;
  expect(root).toMatchObject({
    traceId,
    name: 'resize',
    kind: 2,
    status: { code: 0 },
    resource: {
      'service.name': 'resize',
      'service.version': 'v3',
      'service.instance.id': 'one',
      'faas.name': 'resize',
      'faas.version': 'v3',
      'cloud.account.id': 'p1',
      'cloud.region': 'local-1',
    },
    attributes: {
      'faas.invocation_id': requestId,
      'faas.coldstart': true,
      'faas.trigger': 'http',
      'faas.instance': 'i1',
      'funcgraph.alias': 'live',
    },
  });
  expect(root?.parentSpanId).toBeUndefined();
  expect(Number((root?.end ?? 0n) - (root?.start ?? 0n)) / 1e6).toBe(70);
  const lengths = phases.map(({ name, start, end }) => [name, Number(end - start) / 1e6]);
  expect(lengths).toEqual([
    ['queue', 1],
    ['sandbox', 10],
    ['boot', 20.5],
    ['init', 30],
    ['handler', 4.25],
  ]);
  for (const phase of phases) {
    expect(phase).toMatchObject({ traceId, parentSpanId: root?.spanId });
    expect(phase.start >= (root?.start ?? 0n) && phase.end <= (root?.end ?? 0n)).toBe(true);
  }
  await expect.poll(() => collector.lines).toHaveLength(1);
  expect(collector.lines[0]).toMatchObject({
    ...{ traceId, body: 'hé', severity: 13, resource: { 'service.name': 'resize' } },
    attributes: { 'faas.invocation_id': requestId, 'faas.instance': 'i1' },
  });
  expect(collector.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer t', 'Bearer t']);
  expect(collector.requests.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip']);
});

it('shows failures and refusals as errors, and every attempt of a request in the same trace', async () => {
  const exporter = exporterTo();
  const failed = { startedAt: at, requestId: 'r9', functionKey, code: '4002', component: 'function' };
  exporter.addRecords([
    invocationRecord({ ...failed, outcome: 'timeout' }),
    invocationRecord({ ...failed, outcome: 'throttled', attempt: 2, handlerMs: 0, totalMs: 0 }),
  ]);
  clock.advance(1000);
  await expect
    .poll(() => collector.spans.filter(({ attributes }) => attributes['faas.invocation_id'] === 'r9'))
    .toHaveLength(2);
  const roots = collector.spans.filter(({ attributes }) => attributes['faas.invocation_id'] === 'r9');
  expect(roots.map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
    [2, 'timeout'],
    [2, 'throttled'],
  ]);
  expect(new Set(roots.map((root) => root.traceId)).size).toBe(1);
});

it('continues the trace of the caller, with all lines of the request', async () => {
  const exporter = exporterTo();
  const callers = '0af7651916cd43dd8448eb211c80319c';
  const parent = { requestId: 'r10', functionKey, traceparent: `00-${callers}-b7ad6b7169203331-01` };
  exporter.addLines([
    logLine({ time: at, requestId: 'r10', functionKey, message: 'init' }),
    logLine({ time: at, message: 'start', ...parent }),
    logLine({ time: at, requestId: 'r10', functionKey, message: 'end' }),
  ]);
  exporter.addRecords([invocationRecord({ startedAt: at, ...parent })]);
  clock.advance(1000);
  await expect.poll(() => collector.bodiesOf(callers)).toEqual(['init', 'start', 'end']);
  await expect
    .poll(() => collector.spans.find((span) => span.traceId === callers))
    .toMatchObject({
      parentSpanId: 'b7ad6b7169203331',
      attributes: { 'faas.invocation_id': 'r10' },
    });
});

it('sends each minute what functions did since the start, and their peaks of the minute', async () => {
  const exporter = exporterTo();
  const key = 'p1:default:counted';
  const ran = (ms: number, more = {}) =>
    invocationRecord({ startedAt: at, functionKey: key, handlerMs: ms, memoryMb: 512, ...more });
  const sample = { functionKey: key, qualifier: '', concurrency: 1, reserved: 0, instances: 2 };
  sums.add([ran(3, { cold: true }), ran(5), ran(0, { outcome: 'throttled' })]);
  exporter.addGauges([sample, { ...sample, concurrency: 4 }, { ...sample, qualifier: 'v1', concurrency: 9 }]);
  clock.advance(60_000);
  await expect.poll(() => collector.last('counted', 'faas.invocations')).toBe(2);
  expect(collector.last('counted', 'funcgraph.rejected')).toBe(1);
  expect(collector.last('counted', 'faas.coldstarts')).toBe(1);
  expect(collector.last('counted', 'funcgraph.memory_time')).toBeCloseTo(0.004);
  expect(collector.last('counted', 'funcgraph.concurrency')).toBe(4);
  expect(collector.last('counted', 'funcgraph.instances')).toBe(2);
  sums.add([ran(5000, { outcome: 'timeout' })]);
  await exporter.close();
  expect(collector.last('counted', 'faas.invocations')).toBe(2);
  expect(collector.last('counted', 'faas.errors')).toBe(1);
  expect(collector.last('counted', 'funcgraph.failures', { cause: 'timeout' })).toBe(1);
  const durations = collector.metrics.filter(({ name }) => name === 'faas.invoke_duration').at(-1)?.points[0];
  const counts = durations?.counts as number[];
  const bounds = durations?.bounds as number[];
  expect(durations).toMatchObject({ count: 3n, sum: expect.closeTo(5.008), temporality: 2 });
  expect([counts[bounds.indexOf(0.004)], counts[bounds.indexOf(0.008)], counts[bounds.indexOf(8.192)]]).toEqual([
    1, 1, 1,
  ]);
  expect(counts.reduce((a, b) => a + b)).toBe(3);
});

it('gathers no more than two thousand lines, and half a million characters, for one request', async () => {
  const exporter = exporterTo();
  const before = collector.requests.length;
  exporter.addLines(Array.from({ length: 2000 }, () => logLine({ time: at })));
  await expect.poll(() => collector.requests.length - before).toBe(1);
  exporter.addLines(Array.from({ length: 6 }, () => logLine({ time: at, message: 'x'.repeat(90_000) })));
  await expect.poll(() => collector.requests.length - before).toBe(2);
});

it('counts what a collector refuses or takes in part only', async () => {
  const exporter = exporterTo();
  collector.status = 400;
  exporter.addLines([logLine({ time: at }), logLine({ time: at })]);
  clock.advance(1000);
  await expect.poll(() => exporter.facts.dropped).toEqual({ logs: 2, traces: 0, metrics: 0 });
  expect(exporter.facts).toMatchObject({ bufferedBytes: 0, failure: 'the collector answered 400 to logs' });
  collector.status = 200;
  // partial_success: { rejected_log_records: 3 }
  collector.answer = Buffer.from([0x0a, 0x02, 0x08, 0x03]);
  exporter.addLines(Array.from({ length: 5 }, () => logLine({ time: at })));
  clock.advance(1000);
  await expect
    .poll(() => exporter.facts)
    .toEqual({ dropped: { logs: 5, traces: 0, metrics: 0 }, bufferedBytes: 0, failure: undefined });
  collector.answer = Buffer.alloc(0);
});

it('holds a number of bytes while the collector is away, and sends them when it is back', async () => {
  const away = await TestCollector.start();
  await away[Symbol.asyncDispose]();
  const exporter = exporterTo({ endpoint: away.endpoint }, 10_000);
  for (let number = 0; number < 100; number += 1) {
    exporter.addLines([logLine({ time: at, message: `${number} ${'x'.repeat(500)}` })]);
    clock.advance(1000);
  }
  const { dropped, bufferedBytes } = exporter.facts;
  expect(bufferedBytes).toBeLessThanOrEqual(10_000);
  expect(dropped.logs).toBeGreaterThan(80);
  await expect.poll(() => exporter.facts.failure).toMatch(/ECONNREFUSED/);
  await using back = await TestCollector.start({ port: away.port });
  await expect
    .poll(() => {
      clock.advance(1000);
      return back.lines.length;
    })
    .toBe(100 - dropped.logs);
  expect(back.lines.at(-1)?.body).toMatch(/^99 /);
  await expect.poll(() => exporter.facts).toEqual({ dropped, bufferedBytes: 0, failure: undefined });
});

it('ends within two seconds although the collector does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const exporter = exporterTo({ endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
  exporter.addRecords([invocationRecord({ startedAt: at })]);
  const closing = exporter.close();
  await once(silent, 'connection');
  clock.advance(2000);
  await closing;
  expect(exporter.facts.dropped.traces).toBe(1);
  silent.close();
});

it('sends the last lines when it is closed', async () => {
  const exporter = exporterTo();
  exporter.addLines([logLine({ time: at, message: 'the last' })]);
  await exporter.close();
  expect(collector.lines.at(-1)?.body).toBe('the last');
});

it('talks only to a collector whose certificate is valid', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-otlp-'));
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...options, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const ca = readFileSync(cert, 'utf8');
  const tls = await TestCollector.start({ tls: { key: readFileSync(key, 'utf8'), cert: ca } });
  rmSync(dir, { recursive: true });
  try {
    const distrustful = exporterTo({ endpoint: tls.endpoint });
    distrustful.addLines([logLine({ time: at })]);
    clock.advance(1000);
    await expect.poll(() => distrustful.facts.failure).toMatch(/self-signed certificate/);
    expect(tls.requests).toHaveLength(0);
    const trusting = exporterTo({ endpoint: tls.endpoint, ca });
    trusting.addLines([logLine({ time: at, message: 'over TLS' })]);
    clock.advance(1000);
    await expect.poll(() => tls.lines.map(({ body }) => body)).toEqual(['over TLS']);
  } finally {
    await tls[Symbol.asyncDispose]();
  }
});
