import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import type { ManualClock } from '../../lib/manual-clock.ts';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { RunService } from './run-service.ts';
import { call, definitionOf, FunctionError, flowUrn, type TestFlows } from './testing.ts';

let clock: ManualClock;
let flows: TestFlows;

forEachTest((opened) => {
  ({ clock, flows } = opened);
  flows.functions.set('good', () => ({ good: true }));
  flows.functions.set('bad', () => {
    throw new FunctionError('no luck');
  });
});

const express = (nodes: readonly FlowNode[], log_level: FlowDefinition['log_level'], name = 'f') =>
  flows.save(definitionOf(name, nodes, { mode: 'EXPRESS', ...(log_level === undefined ? {} : { log_level }) }));

async function runSync(nodes: readonly FlowNode[], level: FlowDefinition['log_level']): Promise<string> {
  const request = { flow: express(nodes, level), input: { n: 1 }, headers: {}, startedBy: 'ann' };
  const { id } = await new RunService(flows.engine).runSync(request, new AbortController().signal);
  await settled();
  return id;
}
const messages = () => flows.logLines.map(({ message }) => message.replace(/, request .*/, ''));

it('logs an express run under its flow and its id', async () => {
  const id = await runSync([call('a', 'good'), call('b', 'bad')], 'ALL');
  expect(messages()).toEqual([
    'run started, input 7 B {"n":1}',
    'node a success in 0 ms, input 7 B {"n":1}, output 13 B {"good":true}',
    'node b fail in 0 ms, input 13 B {"good":true}, error 4002 "no luck"',
    'run fail in 0 ms, error 4002 "no luck"',
  ]);
  for (const line of flows.logLines) {
    expect(line).toMatchObject({ requestId: id, functionKey: expect.stringMatching(/^\w{32}:\*flow:f$/), version: '' });
  }
});

it.each([
  ['ERROR', 'good', 0],
  ['ERROR', 'bad', 3],
  ['NONE', 'bad', 0],
] as const)('at level %s, writes for a function that is %s so many lines: %d', async (level, fn, count) => {
  await runSync([call('a', fn)], level);
  expect(flows.logLines).toHaveLength(count);
});

it('logs express runs that nothing waits for, and no standard runs', async () => {
  const id = await flows.start(express([call('a', 'good')], 'ALL'), { n: 1 });
  await flows.ended(id);
  await flows.run(definitionOf('standard', [call('a', 'good')], { log_level: 'ALL' }));
  await settled();
  expect(flows.logLines.map(({ requestId }) => requestId)).toEqual([id, id, id]);
});

it('hides the callback of the standard flow that an express sub-flow gets', async () => {
  express([call('a', 'good')], 'ALL', 'child');
  const parameters = [{ key: 'callback', value: '$RUN.callback.w' }];
  const ask = call('ask', 'echo', { parameters });
  flows.functions.set('echo', (input) => input);
  const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('child'), wait: true } as const;
  const wait: FlowNode = { id: 'w', name: 'w', kind: 'wait', callback: {} };
  await flows.start(flows.save(definitionOf('parent', [ask, sub, wait])));
  await settled();
  const [input] = flows.inputsOf('good') as [{ callback: string }];
  const secret = input.callback.slice('w.'.length);
  expect(secret).toMatch(/^[\w-]{32}$/);
  expect(messages()[0]).toBe(`run started, input 49 B {"callback":"w.${'*'.repeat(32)}"}`);
  expect(messages().join('\n')).not.toContain(secret);
});

it('notes once in a second that the flows of a project log too much', async () => {
  const nodes = Array.from({ length: 90 }, (_, at) => call(`n${at}`, 'good'));
  for (let n = 0; n < 57; n += 1) await runSync(nodes, 'ALL');
  expect(flows.logLines.filter(({ requestId }) => requestId === '')).toMatchObject([{ level: 'WARN' }]);
  expect(flows.logLines).toHaveLength(54 * 92 + 1);
  clock.advance(1000);
  await runSync([call('a', 'good')], 'ALL');
  expect(flows.logLines).toHaveLength(54 * 92 + 4);
});
