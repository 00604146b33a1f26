import { signRequest } from '@funcgraph/api';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Secret } from '../src/lib/secret.ts';
import { TestCollector } from '../src/telemetry/export/testing.ts';
import { hasKcat, NO_KCAT, TestKafka } from '../src/triggers/brokers/testing-kafka.ts';
import { FakeServer } from './fake-server.ts';
import { send } from './storage/raw-requests.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

let collector: TestCollector;
let server: FakeServer;
const logged: string[] = [];
let target: { project_id: string; function_urn: string };

beforeAll(async () => {
  collector = await TestCollector.start();
  const headers = new Map([['Authorization', new Secret('Bearer token')]]);
  const handler = (event: Buffer): string => {
    if (event.toString() === '"fail"') throw new Error('asked to fail');
    return JSON.stringify({ statusCode: 200, body: 'fine' });
  };
  const otlp = { endpoint: collector.endpoint, headers, ca: undefined };
  server = await FakeServer.start(
    { handler },
    { otlp, brokerHosts: new Set(['127.0.0.1']) },
    pino({ level: 'warn' }, { write: (line) => logged.push(line) }),
  );
  target = await server.deploy('resize');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

/** Lines and records go to the thread by the clock of the test. */
const eventually = <T>(read: () => T) =>
  expect.poll(() => {
    server.clock.advance(50);
    return read();
  });

const rootsOf = (requestId: string) =>
  collector.spans.filter(({ attributes }) => attributes['faas.invocation_id'] === requestId);

async function invoke(event: string, headers: Record<string, string> = {}): Promise<string> {
  const url = `${server.running.endpoint}/v2/${target.project_id}/fgs/functions/${target.function_urn}/invocations`;
  const body = Buffer.from(JSON.stringify(event));
  const given = { 'Content-Type': 'application/json', ...headers };
  const request = { method: 'POST', url: new URL(url), headers: given, body, nowMs: server.clock.now() };
  const signed = await signRequest(request, server.key);
  const answer = await fetch(url, { method: 'POST', headers: { ...given, ...signed }, body });
  await answer.arrayBuffer();
  return answer.headers.get('x-request-id') ?? '';
}

const caller = (digit: number) => `${digit}`.repeat(32);
const headersOf = (digit: string) => ({ traceparent: `00-${digit.repeat(32)}-b7ad6b7169203331-01` });
const spansOf = (digit: string) =>
  collector.spans.filter(
    ({ traceId, parentSpanId }) => traceId === digit.repeat(32) && parentSpanId === 'b7ad6b7169203331',
  ).length;
/** The trace of one caller. */
const headers = (digit: number) => ({ traceparent: `00-${caller(digit)}-b7ad6b7169203331-01` });
/** The spans that follow from its calls. */
const namesOf = (digit: number) =>
  collector.spans
    .filter(({ traceId, parentSpanId }) => traceId === caller(digit) && parentSpanId === 'b7ad6b7169203331')
    .map(({ name }) => name)
    .sort();

it('sends every invocation as a trace of its own, with its lines', async () => {
  const ids: string[] = [];
  for (let number = 0; number < 20; number += 1) ids.push(await invoke('hello'));
  await eventually(() => ids.filter((id) => rootsOf(id).length === 1)).toEqual(ids);
  expect(new Set(ids.map((id) => rootsOf(id)[0]?.traceId)).size).toBe(20);
  const [first = ''] = ids;
  expect(rootsOf(first)[0]).toMatchObject({
    name: 'resize',
    traceId: first.replaceAll('-', ''),
    resource: { 'service.name': 'resize', 'faas.version': 'latest', 'cloud.account.id': server.projectId },
    attributes: {
      'faas.coldstart': true,
      'faas.trigger': 'other',
      'cloud.resource_id': expect.stringMatching(/:latest$/),
    },
  });
  for (const id of ids) {
    await eventually(() => collector.bodiesOf(id.replaceAll('-', ''))).toEqual([
      expect.stringMatching(/^Start invoke request/),
      expect.stringMatching(/^Finish invoke request/),
    ]);
  }
  expect(collector.requests.every(({ headers }) => headers.authorization === 'Bearer token')).toBe(true);
});

it('continues traces of callers of the API and of function addresses', async () => {
  const id = await invoke('hello', { traceparent: TRACEPARENT });
  await eventually(() => rootsOf(id)).toMatchObject([{ traceId: TRACE, parentSpanId: 'b7ad6b7169203331' }]);
  await eventually(() => collector.bodiesOf(TRACE)).toHaveLength(2);
  const event_data = {
    ...{ name: 'API', type: 1, path: '/w', req_method: 'GET', group_id: 'g1', match_mode: 'NORMAL', auth: 'NONE' },
    func_info: { timeout: 5000 },
  };
  const body = { trigger_type_code: 'APIG', event_data } as const;
  const { data } = await server.api.call('createFunctionTrigger', { params: target, body });
  const url = String(data.event_data.invoke_url);
  await fetch(url, { headers: { traceparent: TRACEPARENT.replace('0af7', '0bf7') } });
  const callers = TRACE.replace('0af7', '0bf7');
  await eventually(() =>
    collector.spans.find(({ traceId, name }) => traceId === callers && name === 'resize'),
  ).toMatchObject({
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'faas.trigger': 'http' },
  });
  const ignored = await invoke('hello', { traceparent: `${TRACEPARENT}x` });
  await eventually(() => rootsOf(ignored)).toMatchObject([{ traceId: ignored.replaceAll('-', '') }]);
});

it('continues them in every attempt of an asynchronous call, in its destination, in flows and in event webhooks', async () => {
  const spans = (digit: number) =>
    collector.spans.filter(
      ({ traceId, parentSpanId }) => traceId === caller(digit) && parentSpanId === 'b7ad6b7169203331',
    );
  const next = await server.deploy('next');
  const onFailure = { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: next.function_urn }) };
  const body = { max_async_retry_attempts: 1, destination_config: { on_failure: onFailure } } as const;
  await server.api.call('updateFunctionAsyncInvokeConfig', { params: target, body });
  await server.api.call('asyncInvokeFunction', { params: target, headers: headers(1), body: 'fail' as never });
  const attempts = () => spans(1).map(({ name, attributes }) => `${name} ${attributes['funcgraph.attempt']}`);
  await expect
    .poll(() => {
      server.clock.advance(1000);
      return attempts().sort();
    })
    .toEqual(['next 1', 'resize 1', 'resize 2']);

  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'next' },
  ];
  const graph = { name: 'traced', nodes, edges: [{ from: 'start', to: 'a' }] };
  const { data: flow } = await server.api.call('createWorkflow', { params: target, body: { graph } });
  const params = { project_id: server.projectId, workflow_id: flow.id };
  await server.api.call('startWorkflowExecution', { params, headers: headers(2), body: {} });
  await eventually(() => spans(2)).toMatchObject([{ name: 'next', attributes: { 'funcgraph.mode': 'flow' } }]);

  const event_data = { name: 'orders' };
  const trigger = { trigger_type_code: 'EVENT', event_data } as const;
  const { data: webhook } = await server.api.call('createFunctionTrigger', { params: next, body: trigger });
  const sent = { 'Content-Type': 'application/cloudevents+json', Authorization: `Bearer ${webhook.secret}` };
  const event = JSON.stringify({ specversion: '1.0', id: '1', source: '/shop', type: 'order' });
  const url = String(webhook.event_data.invoke_url);
  await fetch(url, { method: 'POST', headers: { ...sent, ...headers(3) }, body: event });
  await eventually(() => spans(3)).toMatchObject([{ name: 'next' }]);
});

it('continues them over changes of buckets and results that become objects', async () => {
  expect(await send(server, { method: 'PUT', target: '/traced' })).toMatchObject({ status: 200 });
  const thumbnail = await server.deploy('thumbnail');
  const event_data = { name: 'objects', bucket: 'traced', events: ['ObjectCreated'], prefix: 'in/' };
  await server.api.call('createFunctionTrigger', { params: thumbnail, body: { trigger_type_code: 'OBS', event_data } });
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'thumbnail' },
  ];
  const triggers = [
    {
      trigger_type: 'OBS',
      trigger_name: 'objects',
      trigger_config: { bucket: 'traced', events: ['ObjectCreated'], prefix: 'report/' },
    },
  ];
  const graph = { name: 'objects', triggers, nodes, edges: [{ from: 'start', to: 'a' }] };
  await server.api.call('createWorkflow', { params: { project_id: server.projectId }, body: { graph } });
  const put = { method: 'PUT', target: '/traced/in/a', headers: headers(4) };
  expect(await send(server, put, 'x')).toMatchObject({ status: 200 });
  await eventually(() => namesOf(4)).toEqual(['thumbnail']);

  const params = await server.deploy('report');
  const on_success = { destination: 'OBS', param: JSON.stringify({ bucket: 'traced', expires: 1 }) } as const;
  await server.api.call('updateFunctionAsyncInvokeConfig', { params, body: { destination_config: { on_success } } });
  await server.api.call('asyncInvokeFunction', { params, headers: headers(5), body: {} as never });
  await eventually(() => namesOf(5)).toEqual(['report', 'thumbnail']);
});

it('continues them over topics to functions, flows, triggers and addresses', async () => {
  const project = { project_id: server.projectId };
  const { data: topic } = await server.api.call('createTopic', { params: project, body: { name: 'traced' } });
  const params = { ...project, topic_urn: topic.topic_urn };
  const subscribed = await server.deploy('subscribed');
  const triggered = await server.deploy('triggered');
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'triggered' },
  ];
  const graph = { name: 'subscribed', nodes, edges: [{ from: 'start', to: 'a' }] };
  const { data: flow } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  const subscribe = (protocol: string, endpoint: string) =>
    server.api.call('addSubscription', { params, body: { protocol, endpoint } });
  await subscribe('functiongraph', subscribed.function_urn);
  await subscribe('flow', flow.workflow_urn);
  const event_data = { name: 'traced', topic_urn: topic.topic_urn };
  await server.api.call('createFunctionTrigger', { params: triggered, body: { trigger_type_code: 'SMN', event_data } });
  await server.api.call('publishMessage', { params, headers: headers(6), body: { message: 'hello' } });
  await eventually(() => namesOf(6)).toEqual(['subscribed', 'triggered', 'triggered']);

  const on_success = { destination: 'SMN', param: JSON.stringify({ topic_urn: topic.topic_urn }) } as const;
  const config = { destination_config: { on_success } };
  const report = await server.deploy('reported');
  await server.api.call('updateFunctionAsyncInvokeConfig', { params: report, body: config });
  await server.api.call('asyncInvokeFunction', { params: report, headers: headers(7), body: {} as never });
  await eventually(() => namesOf(7)).toEqual(['reported', 'subscribed', 'triggered', 'triggered']);
});

it.skipIf(!hasKcat())(`continues them from messages of brokers${hasKcat() ? '' : ` (${NO_KCAT})`}`, async () => {
  const spans = (digit: number) =>
    collector.spans.filter(
      ({ traceId, parentSpanId }) => traceId === caller(digit) && parentSpanId === 'b7ad6b7169203331',
    );
  await using kafka = await TestKafka.start();
  await kafka.publish('orders', ['order'], 'k', { traceparent: `00-${caller(8)}-b7ad6b7169203331-01` });
  const place = { kafka_connect_address: kafka.address, topic_ids: ['orders'] };
  const params = await server.deploy('ordered');
  const trigger = { trigger_type_code: 'KAFKA', event_data: place } as const;
  await server.api.call('createFunctionTrigger', { params, body: trigger });
  const nodes = [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'next' },
  ];
  const triggers = [{ trigger_type: 'KAFKA', trigger_name: 'orders', trigger_config: place }];
  const graph = { name: 'ordered', triggers, nodes, edges: [{ from: 'start', to: 'a' }] };
  await server.api.call('createWorkflow', { params: { project_id: server.projectId }, body: { graph } });
  await eventually(() =>
    spans(8)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['next', 'ordered']);
});

it('leaves out the spans of a function whose tracing is off, and of no other', async () => {
  const quiet = await server.deploy('quiet');
  const set = (body: { tracing_ak?: string; tracing_sk?: string }) =>
    server.api.call('updateTracing', { params: quiet, body });
  const call = (digit: string, params: typeof quiet) =>
    server.api.call('invokeFunction', { params, headers: headersOf(digit), body: {} as never });
  await call('a', quiet);
  await set({});
  await call('b', quiet);
  await call('c', target);
  await set({ tracing_ak: 'ak', tracing_sk: 'sk' });
  await call('d', quiet);
  await eventually(() => spansOf('d')).toBe(1);
  expect(['a', 'b', 'c'].map(spansOf)).toEqual([1, 0, 1]);
  expect(collector.bodiesOf('b'.repeat(32))).toHaveLength(2);
  await set({});
  const function_urn = quiet.function_urn.replace(/:latest$/, '');
  await server.api.call('deleteFunction', { params: { ...quiet, function_urn } });
  await call('e', await server.deploy('quiet'));
  await eventually(() => spansOf('e')).toBe(1);
});

it('says in /metrics and in the log what a collector that is away did not get, and answers requests meanwhile', async () => {
  collector.status = 400;
  const id = await invoke('fail');
  const metrics = async (): Promise<string> => {
    server.clock.advance(50);
    return (await fetch(`${server.running.endpoint}/metrics`)).text();
  };
  await expect.poll(metrics).toMatch(/funcgraph_export_dropped_total\{signal="traces"\} [1-9]/);
  expect(await metrics()).toMatch(/funcgraph_export_buffered_bytes \d/);
  server.clock.advance(60_000);
  await expect.poll(() => logged.join('')).toMatch(/"traces":[1-9].*the collector answered 400 to/);
  collector.status = 200;
  expect(rootsOf(id)).toEqual([]);
});
