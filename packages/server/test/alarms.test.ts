import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

const MINUTE_MS = 60_000;

let server: FakeServer;
let fails = false;
let takesMs = 0;
let heard: Array<{ id: string; subject: string; alarm: Record<string, unknown> }> = [];
let fn: { project_id: string; function_urn: string };
let topic: { project_id: string; topic_urn: string };
let count = 0;

interface TopicEvent {
  readonly record?: ReadonlyArray<{ readonly smn: { readonly message_id: string; subject: string; message: string } }>;
}

beforeAll(async () => {
  server = await FakeServer.start({
    handler(event) {
      for (const { smn } of (JSON.parse(event.toString()) as TopicEvent).record ?? []) {
        const alarm = JSON.parse(smn.message) as Record<string, unknown>;
        heard.push({ id: smn.message_id, subject: smn.subject, alarm });
        return '{}';
      }
      server.clock.advance(takesMs);
      if (fails) throw new Error('broken');
      return '{}';
    },
  });
  fn = await server.deploy('hello');
  const pager = await server.deploy('pager');
  const { data } = await server.api.call('createTopic', { params: project(), body: { name: 'ops' } });
  topic = { ...project(), topic_urn: data.topic_urn };
  const body = { protocol: 'functiongraph', endpoint: pager.function_urn };
  await server.api.call('addSubscription', { params: topic, body });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
const named = (name: string) => ({ ...project(), alarm_name: name });
const settings = (more: object = {}) => ({
  name: `rule-${++count}`,
  target_urn: fn.function_urn,
  metric: 'failcount',
  statistic: 'sum',
  comparison: '>=' as const,
  threshold: 1,
  period: 1,
  ...more,
});

async function create(more: object = {}): Promise<string> {
  const body = settings(more);
  await server.api.call('createAlarm', { params: project(), body });
  return body.name;
}

const show = async (name: string) => (await server.api.call('showAlarm', { params: named(name) })).data;
const history = async (name: string) =>
  (await server.api.call('listAlarmHistory', { params: named(name) })).data.changes.toReversed();
const refused = (more: object) => refusal(server.api.call('createAlarm', { params: project(), body: settings(more) }));

async function call(params: { project_id: string; function_urn: string }, isFailing: boolean): Promise<void> {
  fails = isFailing;
  await server.api.call('invokeFunction', { params, body: {} }).catch(() => {});
  fails = false;
}

const graph = (name: string) => ({
  name,
  nodes: [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'hello' },
  ],
  edges: [{ from: 'start', to: 'a' }],
});

/** Lets the present minute end and be judged. */
function minute(): void {
  const { clock } = server;
  clock.advance(MINUTE_MS - (clock.now() % MINUTE_MS) + 21_000);
}

const eventually = <T>(read: () => T | Promise<T>) =>
  expect.poll(
    () => {
      server.clock.advance(20);
      return read();
    },
    { timeout: 120_000, interval: 5 },
  );

describe('an alarm rule', () => {
  it('publishes that calls fail, and that they no longer do, once each', async () => {
    const name = await create({ topic_urns: [topic.topic_urn], description: 'page someone' });
    expect(await show(name)).toMatchObject({ state: 'no_data', value: null, enabled: true, breaching_periods: 1 });
    heard = [];
    await call(fn, true);
    await call(fn, false);
    minute();
    await eventually(() => heard.length).toBe(1);
    await eventually(async () => (await show(name)).state).toBe('alarm');
    minute();
    await eventually(async () => (await show(name)).state).toBe('ok');
    await eventually(() => heard.length).toBe(2);
    const changes = await history(name);
    expect(changes).toMatchObject([
      { previous_state: 'no_data', state: 'alarm', value: 1, notices: [{ topic_urn: topic.topic_urn, error: '' }] },
      { previous_state: 'alarm', state: 'ok', value: 0 },
    ]);
    expect(heard.map(({ id }) => id)).toEqual(changes.map(({ notices }) => notices[0]?.message_id));
    expect(heard[0]?.subject).toBe(`alarm: ${name} (failcount 1)`);
    expect(heard[0]?.alarm).toEqual({
      type: 'alarm',
      id: changes[0]?.id,
      time: changes[0]?.time,
      project_id: server.projectId,
      name,
      description: 'page someone',
      target: fn.function_urn,
      state: 'alarm',
      previous_state: 'no_data',
      value: 1,
      metric: 'failcount',
      statistic: 'sum',
      period: 1,
      comparison: '>=',
      threshold: 1,
      periods: 1,
      breaching_periods: 1,
    });
    await server.api.call('deleteAlarm', { params: named(name) });
    expect(await refusal(show(name))).toMatchObject({ status: 404, code: 'FSS.0404' });
  });

  it('is about the calls of its version or alias only', async () => {
    const { project_id } = fn;
    const whole = fn.function_urn.replace(/:latest$/, '');
    await server.api.call('createFunctionVersion', { params: fn, body: { version: 'v1' } });
    await server.api.call('createVersionAlias', { params: fn, body: { name: 'prod', version: 'v1' } });
    const targets = { whole, latest: `${whole}:latest`, v1: `${whole}:v1`, prod: `${whole}:!prod` };
    const rules = Object.fromEntries(
      await Promise.all(Object.entries(targets).map(async ([of, target_urn]) => [of, await create({ target_urn })])),
    ) as Record<keyof typeof targets, string>;
    await call({ project_id, function_urn: `${whole}:!prod` }, true);
    minute();
    const states = async () =>
      Promise.all(Object.keys(targets).map(async (of) => (await show(rules[of as keyof typeof targets])).state));
    await eventually(states).toEqual(['alarm', 'ok', 'alarm', 'alarm']);
    expect((await show(rules.prod)).target_urn).toBe(targets.prod);
    await server.api.call('deleteVersionAlias', { params: { ...fn, alias_name: 'prod' } });
    expect(await refusal(show(rules.prod))).toMatchObject({ status: 404 });
    expect((await show(rules.v1)).name).toBe(rules.v1);
  });

  it('keeps its state while times are missing, or has no data', async () => {
    const slow = { metric: 'maxDuration', statistic: 'maximum', threshold: 0 };
    const keeps = await create(slow);
    const ends = await create({ ...slow, missing_data: 'no_data' });
    takesMs = 40;
    await call(fn, false);
    takesMs = 0;
    minute();
    await eventually(async () => (await show(ends)).state).toBe('alarm');
    minute();
    await eventually(async () => (await show(ends)).state).toBe('no_data');
    expect(await show(keeps)).toMatchObject({ state: 'alarm', value: 40 });
    expect(await history(keeps)).toHaveLength(1);
  });

  it('about a flow counts its runs', async () => {
    const { data } = await server.api.call('createWorkflow', { params: project(), body: { graph: graph('orders') } });
    const target_urn = `urn:fss:local:${server.projectId}:workflow:default:orders`;
    expect(await refused({ target_urn, metric: 'failcount' })).toMatchObject({ code: 'FSS.0400' });
    expect(await refused({ target_urn, metric: 'duration', statistic: 'maximum' })).toMatchObject({
      message: expect.stringContaining('the sum of the times only'),
    });
    const name = await create({ target_urn, metric: 'count' });
    const flow = { ...project(), workflow_id: data.id };
    await server.api.call('startWorkflowExecution', { params: flow, body: {} });
    minute();
    await eventually(async () => (await show(name)).state).toBe('alarm');
    await eventually(async () => {
      await server.api.call('batchDeleteWorkflows', { params: project(), body: { workflow_urns: [target_urn] } });
      return refusal(show(name));
    }).toMatchObject({ status: 404 });
  });

  it('is not judged while it is disabled', async () => {
    const name = await create({ enabled: false });
    await call(fn, true);
    minute();
    const other = await create();
    minute();
    await eventually(async () => (await show(other)).state).toBe('ok');
    expect((await show(name)).state).toBe('no_data');
    await server.api.call('updateAlarm', { params: named(name), body: { enabled: true } });
    minute();
    await eventually(async () => (await show(name)).state).toBe('ok');
  });

  it('changes in part, and has its new threshold from the next period on', async () => {
    const name = await create({ metric: 'count', periods: 3, breaching_periods: 2 });
    const update = async (body: object) => (await server.api.call('updateAlarm', { params: named(name), body })).data;
    expect(await update({ threshold: 7.5 })).toMatchObject({ threshold: 7.5, periods: 3, breaching_periods: 2 });
    expect(await update({ periods: 1 })).toMatchObject({ threshold: 7.5, periods: 1, breaching_periods: 1 });
    await call(fn, false);
    minute();
    await eventually(async () => (await show(name)).state).toBe('ok');
    await update({ threshold: 1 });
    await call(fn, false);
    minute();
    await eventually(async () => (await show(name)).state).toBe('alarm');
  });
});

it('counts rules, changes and runs of flows for Prometheus', async () => {
  const name = await create({ topic_urns: [topic.topic_urn] });
  const { data } = await server.api.call('createWorkflow', { params: project(), body: { graph: graph('counted') } });
  const flow = { ...project(), workflow_id: data.id };
  await server.api.call('startWorkflowExecution', { params: flow, body: {} });
  const scrape = async () => (await fetch(`${server.running.endpoint}/metrics`)).text();
  const labels = `{project="${server.projectId}",flow="counted"`;
  await eventually(scrape).toContain(`funcgraph_flow_runs_total${labels},result="success"} 1\n`);
  await call(fn, true);
  minute();
  await eventually(async () => (await show(name)).state).toBe('alarm');
  const text = await scrape();
  const rules = (await server.api.call('listAlarms', { params: project(), query: { state: 'alarm' } })).data.alarms;
  expect(text).toContain(`funcgraph_alarm_rules{state="alarm"} ${rules.length}\n`);
  expect(text).toMatch(/^funcgraph_alarm_changes_total\{state="alarm"\} [1-9]/m);
  expect(text).toMatch(/^funcgraph_alarm_failed_notices_total 0$/m);
  expect(text).toContain(`funcgraph_flow_runs_started_total${labels}} 1\n`);
});

it.each<[field: string, settings: object]>([
  ['name', { name: 'a b' }],
  ['target_urn', { target_urn: 'urn:fss:local:other:function:default:hello' }],
  ['metric', { metric: 'fail_count' }],
  ['statistic', { statistic: 'p99' }],
  ['statistic', { metric: 'concurrency', statistic: 'sum' }],
  ['period', { period: 7 }],
  ['comparison', { comparison: '==' }],
  ['threshold', { threshold: -1 }],
  ['threshold', { threshold: 1e300 }],
  ['periods', { periods: 11 }],
  ['breaching_periods', { periods: 2, breaching_periods: 3 }],
  ['missing_data', { missing_data: 'ok' }],
  ['topic_urns', { topic_urns: ['ops'] }],
  ['topic_urns', { topic_urns: ['urn:smn:local:other:ops'] }],
  ['notify_on', { notify_on: ['broken'] }],
  ['description', { description: 'x'.repeat(513) }],
])('refuses a bad %s by its name', async (field, bad) => {
  const { status, code, message } = await refused(bad);
  expect([status, code]).toEqual([400, 'FSS.0400']);
  expect(message).toContain(`${field}:`);
});

it('refuses a second rule of a name, and unknown functions, versions and topics', async () => {
  const name = await create();
  expect(await refused({ name })).toMatchObject({ status: 409 });
  const whole = fn.function_urn.replace(/:latest$/, '');
  expect(await refused({ target_urn: `${whole}2` })).toMatchObject({ status: 404 });
  expect(await refused({ target_urn: `${whole}:v9` })).toMatchObject({ status: 404 });
  expect(await refused({ topic_urns: [`${topic.topic_urn}2`] })).toMatchObject({ status: 404 });
});

describe('rights', () => {
  let identities: Identities;
  beforeAll(() => {
    identities = new Identities(server);
  });
  const allow = (Action: string[], Resource?: string[]) => [
    { Effect: 'Allow', Action, ...(Resource === undefined ? {} : { Resource }) },
  ];

  it('are those on the rule, the metrics of its target and its topics', async () => {
    const alarms = await identities.policy(allow(['functiongraph:alarm:*'], ['functiongraph:*:*:alarm:mine*']));
    const metrics = await identities.policy(allow(['functiongraph:function:getStatistics']));
    const publish = await identities.policy(allow(['smn:topic:publish']));
    const scope = { project_id: server.projectId };
    const only = (await identities.user([alarms], scope)).api;
    const reader = (await identities.user([alarms, metrics], scope)).api;
    const all = (await identities.user([alarms, metrics, publish], scope)).api;
    const add = (api: typeof only, more: object) =>
      api.call('createAlarm', { params: project(), body: settings(more) });
    expect(await refusal(add(only, { name: 'mine' }))).toMatchObject({ status: 403 });
    expect(await refusal(add(reader, { name: 'others' }))).toMatchObject({ status: 403 });
    await add(reader, { name: 'mine' });
    const topic_urns = [topic.topic_urn];
    const change = (api: typeof only, body: object) => api.call('updateAlarm', { params: named('mine'), body });
    expect(await refusal(add(reader, { name: 'mine-2', topic_urns }))).toMatchObject({ status: 403 });
    expect(await refusal(change(reader, { topic_urns }))).toMatchObject({ status: 403 });
    await change(all, { topic_urns });
    // it would decide what the other one publishes
    expect(await refusal(change(reader, { threshold: 5 }))).toMatchObject({ status: 403 });
    await change(reader, { enabled: false });
    await create({ name: 'not-mine' });
    const { data } = await reader.call('listAlarms', { params: project() });
    expect(data.alarms.map(({ name }) => name)).toEqual(['mine']);
    expect(await refusal(reader.call('showAlarm', { params: named('not-mine') }))).toMatchObject({ status: 403 });
  });

  it('of who set the topics are checked at each message', async () => {
    const policies = [
      await identities.policy(allow(['functiongraph:*:*'])),
      await identities.policy(allow(['smn:*:*'])),
    ];
    const user = await identities.user(policies, { project_id: server.projectId });
    const body = settings({ name: 'leaver', topic_urns: [topic.topic_urn] });
    await user.api.call('createAlarm', { params: project(), body });
    await server.api.call('deleteUser', { params: { user_id: user.id } });
    heard = [];
    await call(fn, true);
    minute();
    await eventually(async () => (await show('leaver')).state).toBe('alarm');
    expect(await history('leaver')).toMatchObject([
      { notices: [{ message_id: '', error: expect.stringContaining('the user who set the rule does not exist') }] },
    ]);
    expect(heard).toEqual([]);
  });
});
