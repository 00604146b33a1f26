import type { FlowDefinition, JsonObject } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import type { ManualClock } from '../../../lib/manual-clock.ts';
import type { FlowRunComparison } from '../../types.ts';
import { forEachTest, settled } from '../open-test-flows.fixture.ts';
import { RunService } from '../run-service.ts';
import { call, definitionOf, FunctionError, type TestFlows } from '../testing.ts';

let clock: ManualClock;
let flows: TestFlows;

forEachTest((opened) => {
  ({ clock, flows } = opened);
});

async function ran(definition: FlowDefinition, input: JsonObject) {
  const flow = flows.save(definition);
  const runId = await flows.start(flow, input);
  await flows.ended(runId);
  return { flow, runId };
}
type Ran = Awaited<ReturnType<typeof ran>>;

const compare = (first: Ran, second: Ran, all = false) => new RunService(flows.engine).compare(first, second, { all });
const shown = ({ executions }: FlowRunComparison) =>
  executions.map(({ node, inside, attempt, differs, first, second }) => [
    [...inside.map((one) => `${one.node}${one.index === undefined ? '' : `[${one.index}]`}`), node].join(' '),
    attempt,
    first === undefined ? 'second only' : second === undefined ? 'first only' : differs.join(),
  ]);

const LOOP = definitionOf('f', [
  {
    id: 'each',
    name: 'each',
    kind: 'loop',
    array_path: '$.list',
    item_name: 'item',
    result_path: '$.out',
    concurrency: 0,
    interval_seconds: 0,
  },
  { ...call('square'), parent: 'each' } as FlowDefinition['nodes'][number],
  call('after'),
]);

it('finds nothing between two runs that did the same', async () => {
  flows.functions.set('square', (input) => ({ n: (input as { item: number }).item ** 2 }));
  flows.functions.set('after', (input) => input);
  const first = await ran(LOOP, { list: [1, 2] });
  const second = await ran(LOOP, { list: [1, 2] });
  expect(await compare(first, second)).toMatchObject({
    differs: [],
    definition: { settings: [], nodes: [], edges: [] },
    same: 4,
    different: 0,
    firstOnly: 0,
    secondOnly: 0,
    executions: [],
    leftOut: 0,
  });
  expect(shown(await compare(first, second, true))).toEqual([
    ['each', 1, ''],
    ['each[0] square', 1, ''],
    ['each[1] square', 1, ''],
    ['after', 1, ''],
  ]);
});

it('finds the iteration that differs, and what follows from it', async () => {
  flows.functions.set('square', (input) => ({ n: (input as { item: number }).item ** 2 }));
  flows.functions.set('after', (input) => input);
  const compared = await compare(await ran(LOOP, { list: [1, 2] }), await ran(LOOP, { list: [1, 3, 4] }));
  expect(compared.differs).toEqual(['input', 'output']);
  // each iteration sees the whole list
  expect(shown(compared)).toEqual([
    ['each', 1, 'input,output'],
    ['each[0] square', 1, 'input'],
    ['each[1] square', 1, 'input,output'],
    ['after', 1, 'input,output'],
    ['each[2] square', 1, 'second only'],
  ]);
});

it('compares each attempt, the edge that was taken and the error', async () => {
  const retries = [{ interval_seconds: 1, max_retries: 1 }];
  const definition = definitionOf('f', [call('a'), { id: 'e', name: 'e', kind: 'error', retries }, call('b')], {
    links: [
      { from: 'start', to: 'a' },
      { from: 'a', to: 'e' },
      { from: 'e', to: 'b', branch: { kind: 'default' } },
    ],
  });
  flows.functions.set('a', () => ({ ok: true }));
  flows.functions.set('b', () => ({ mended: true }));
  const good = await ran(definition, {});
  flows.functions.set('a', () => {
    throw new FunctionError('no luck');
  });
  const flow = flows.save(definition);
  const runId = await flows.start(flow, {});
  await settled();
  clock.advance(1_000);
  await flows.ended(runId);
  const compared = await compare(good, { flow, runId });
  expect(compared.differs).toEqual(['output']);
  expect(shown(compared)).toEqual([
    ['a', 1, 'status,output,error'],
    ['a', 2, 'second only'],
    ['b', 1, 'second only'],
  ]);
  const [, again] = compared.executions;
  expect(again?.second).toMatchObject({ status: 'fail', to: 'b', error: { code: '4002', message: 'no luck' } });
});

it('shows the difference of the definitions, and the versions that were called', async () => {
  flows.functions.set('a', () => ({ ok: true }));
  flows.functions.set('other', () => ({ ok: true }));
  const first = await ran(definitionOf('f', [call('a')]), {});
  const second = await ran(definitionOf('g', [call('a', 'other')]), {});
  const compared = await compare(first, second);
  expect(compared.definition.settings).toEqual([{ field: 'name', first: 'f', second: 'g' }]);
  expect(compared.definition.nodes).toMatchObject([{ node: 'a', change: 'changed', fields: [{ field: 'function' }] }]);
  expect(shown(compared)).toEqual([['a', 1, 'target']]);
});

it('compares large values by their text, wherever they are stored', async () => {
  let last = 'x';
  flows.functions.set('a', () => ({ text: 'x'.repeat(40_000) + last }));
  flows.functions.set('b', () => ({}));
  const definition = definitionOf('f', [call('a'), call('b')]);
  const first = await ran(definition, {});
  expect(shown(await compare(first, await ran(definition, {})))).toEqual([]);
  last = 'y';
  expect(shown(await compare(first, await ran(definition, {})))).toEqual([
    ['a', 1, 'output'],
    ['b', 1, 'input'],
  ]);
});

it('counts what the list has no room for', async () => {
  flows.functions.set('square', () => ({}));
  flows.functions.set('after', () => ({}));
  const few = await ran(LOOP, { list: [] });
  const many = await ran(LOOP, { list: Array.from({ length: 1_100 }, (_, at) => at) });
  const compared = await compare(few, many);
  expect([compared.executions.length, compared.leftOut, compared.secondOnly]).toEqual([1000, 102, 1100]);
});
