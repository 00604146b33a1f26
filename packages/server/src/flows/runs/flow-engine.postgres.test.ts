import { expect, it } from 'vitest';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { call, definitionOf, flowUrn, type TestFlows } from './testing.ts';

let flows: TestFlows;

forEachTest((opened) => {
  ({ flows } = opened);
});

it('runs many flows with sub-flows at once over PostgreSQL, each call once', async () => {
  flows.functions.set('inner', (input) => input);
  flows.functions.set('outer', (input) => ({ n: (input as { n: number }).n + 1, text: 'x'.repeat(20_000) }));
  flows.save(definitionOf('child', [call('inner')]));
  const sub = { id: 's', name: 's', kind: 'subflow', flow: flowUrn('child'), wait: true } as const;
  const flow = flows.save(definitionOf('f', [call('outer'), sub, call('last', 'outer')]));
  const ids = await Promise.all(Array.from({ length: 50 }, (_, n) => flows.start(flow, { n })));
  const ends = await Promise.all(ids.map((id) => flows.ended(id)));
  expect(ends.filter(({ status }) => status !== 'success')).toEqual([]);
  expect(flows.calls).toHaveLength(150);
  expect(new Set(flows.calls.map(({ requestId }) => requestId)).size).toBe(150);
});

it('takes over the runs of a server that died, and fences it off', { timeout: 30_000 }, async () => {
  flows.functions.set('a', () => ({ a: 1 }));
  flows.functions.set('b', () => new Promise(() => {}));
  const flow = flows.save(definitionOf('f', [call('a'), call('b')]));
  const ids = await Promise.all(Array.from({ length: 20 }, () => flows.start(flow)));
  while (flows.calls.filter(({ name }) => name === 'b').length < ids.length) await settled();
  const dead = flows.engine;
  flows.engine = flows.newEngine();
  flows.functions.set('b', () => ({}));
  await flows.engine.start();
  const ends = await Promise.all(ids.map((id) => flows.ended(id)));
  expect(ends.filter(({ status }) => status !== 'success')).toEqual([]);
  expect(flows.calls.filter(({ name }) => name === 'a')).toHaveLength(ids.length);
  await dead.stop(AbortSignal.abort());
});
