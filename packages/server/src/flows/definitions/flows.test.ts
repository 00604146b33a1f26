import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { FlowTriggerStore } from '../triggers/flow-trigger-store.ts';
import { FlowTriggers } from '../triggers/flow-triggers.ts';
import { FlowStore } from './flow-store.ts';
import { Flows } from './flows.ts';
import type { Access, FlowRights } from './target-facts.ts';

const rightsOf = (access: Access): FlowRights => ({ ofFunction: () => access, ofFlow: () => access });
const EXPRESS = { mode: 'EXPRESS', log_level: 'NONE' } as const;
const HOUR_MS = 60 * 60 * 1000;

let control: TestControl;
let flows: Flows;

beforeEach(async () => {
  control = await openTestControl();
  const { storage, catalog, clock, feed } = control;
  const triggers = new FlowTriggers({ store: new FlowTriggerStore(storage.db), feed });
  await triggers.start();
  const sources = {
    bucket: () => Promise.resolve(undefined),
    topic: () => Promise.resolve(false),
    brokerHosts: new Set<string>(),
    stream: () => Promise.resolve(false),
  };
  flows = new Flows({
    store: new FlowStore(storage.db),
    catalog,
    triggers,
    sources,
    sealer: { seal: (text) => text },
    clock,
    region: 'local-1',
    quota: 40,
  });
  const body = { runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 };
  await control.functions.create('p1', { ...body, name: 'hello' });
});
afterEach(() => control.close());

const author = (rights: FlowRights = rightsOf('usable')) => ({
  principal: { kind: 'user' as const, id: 'u1' },
  name: 'ann',
  rights,
});

/** A flow whose nodes follow each other; by default it only waits. */
function chain(name: string, given: readonly Partial<FlowNode>[], more: Partial<FlowDefinition> = {}): FlowDefinition {
  const nodes = given.length === 0 ? [{ kind: 'wait', seconds: 1 } as const] : given;
  const all = [{ kind: 'start' }, ...nodes].map((node, at) => ({ id: `n${at}`, name: `n${at}`, ...node }));
  const edges = nodes.map((_, at) => ({ from: `n${at}`, to: `n${at + 1}` }));
  const base = { name, mode: 'NORMAL', merge_parameters: false, constants: {}, triggers: [] };
  return { ...base, ...more, nodes: all, edges } as unknown as FlowDefinition;
}
const calls = (fn: string): Partial<FlowNode> => ({ kind: 'function', function: fn, parameters: [] });
const starts = (flow: string, wait = true): Partial<FlowNode> => ({ kind: 'subflow', flow, wait });

const create = (definition: FlowDefinition, rights?: FlowRights) => flows.create('p1', definition, author(rights));

async function faults(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlatformError)) return [String(error)];
  return error.violations?.map(({ node, message }) => `${node}: ${message}`) ?? [error.code];
}

it('stores URNs in place of names, and finds the flow by id and by URN', async () => {
  const flow = await create(chain('order', [calls('hello')]));
  const urn = 'urn:fss:local-1:p1:workflow:default:order:latest';
  expect(await flows.find('p1', flow.id)).toEqual(flow);
  expect(await flows.flowByUrn('p1', urn)).toEqual(flow);
  expect(await flows.flowByUrn('p2', urn)).toBeUndefined();
  const [, node] = (await flows.definition(flow.definition)).nodes;
  expect(node).toMatchObject({ function: 'urn:fss:local-1:p1:function:default:hello:latest' });
});

const FN = 'urn:fss:local-1:p1:function:default';
const FLOW = 'urn:fss:local-1:p1:workflow:default';

it('reports every target that cannot be used, at once', async () => {
  const definition = chain('order', [
    calls('missing'),
    calls('hello:v9'),
    calls('hello:!live'),
    calls('no name'),
    calls('urn:fss:local-1:p2:function:default:hello'),
    starts('missing'),
    starts('order'),
    calls('hello'),
  ]);
  expect(await faults(create(definition))).toEqual([
    `n1: The function ${FN}:missing:latest does not exist.`,
    `n2: The function ${FN}:hello:v9 does not exist.`,
    `n3: The function ${FN}:hello:!live does not exist.`,
    'n4: The function no name does not exist.',
    'n5: The function urn:fss:local-1:p2:function:default:hello does not exist.',
    `n6: The flow ${FLOW}:missing:latest does not exist.`,
    `n7: The flow ${FLOW}:order:latest starts this flow, directly or by others.`,
  ]);
  expect(await flows.list('p1')).toEqual([]);
});

it('reports a target that may not be used, and hides one that may not be seen', async () => {
  await create(chain('child', []));
  const definition = chain('order', [calls('hello'), starts('child')]);
  expect(await faults(create(definition, rightsOf('visible')))).toEqual([
    `n1: You may not call the function ${FN}:hello:latest.`,
    `n2: You may not start the flow ${FLOW}:child:latest.`,
  ]);
  expect(await faults(create(definition, rightsOf('hidden')))).toEqual([
    `n1: The function ${FN}:hello:latest does not exist.`,
    `n2: The flow ${FLOW}:child:latest does not exist.`,
  ]);
});

it('reports broken rules of the graph together with those about targets', async () => {
  const definition = chain('order', [calls('missing'), { kind: 'condition' } as Partial<FlowNode>]);
  expect((await faults(create(definition))).length).toBeGreaterThan(1);
});

it('refuses flows that would start each other for ever', async () => {
  const a = await create(chain('a', []));
  await create(chain('b', [starts('a')]));
  await create(chain('c', [starts('b')]));
  expect(await faults(flows.update(a, chain('a', [starts('c')]), author()))).toEqual([
    `n1: The flow ${FLOW}:c:latest starts this flow, directly or by others.`,
  ]);
});

it('lets only one of two saves at once close a cycle', async () => {
  const [a, b] = [await create(chain('a', [])), await create(chain('b', []))];
  const saves = await Promise.allSettled([
    flows.update(a, chain('a', [starts('b')]), author()),
    flows.update(b, chain('b', [starts('a')]), author()),
  ]);
  expect(saves.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

it('allows 16 levels of sub-flows', async () => {
  await create(chain('f0', []));
  for (let n = 1; n <= 16; n += 1) await create(chain(`f${n}`, [starts(`f${n - 1}`)]));
  expect(await faults(create(chain('f17', [starts('f16')])))).toEqual(['n1: Sub-flows stand at most 16 deep.']);
});

it('lets express flows wait only for express flows', async () => {
  await create(chain('slow', []));
  await create(chain('fast', [], EXPRESS));
  const express = (...nodes: Partial<FlowNode>[]) => create(chain(`e${nodes.length}`, nodes, EXPRESS));
  expect(await faults(express(starts('slow')))).toEqual([
    `n1: An express flow cannot wait for the standard flow ${FLOW}:slow:latest.`,
  ]);
  await express(starts('slow', false), starts('fast'));
});

it('has a name once, cannot be renamed, and stays within the quota', async () => {
  const flow = await create(chain('a', []));
  expect(await faults(create(chain('a', [])))).toEqual(['flow_exists']);
  expect(await faults(flows.update(flow, chain('b', []), author()))).toEqual(['invalid_request']);
  for (let n = 1; n < 40; n += 1) await create(chain(`more${n}`, []));
  expect(await faults(create(chain('last', [])))).toEqual(['flow_quota']);
});

it('is found no more after its deletion, and can be changed no more', async () => {
  const flow = await create(chain('a', []));
  await flows.delete(flow);
  expect(await faults(flows.find('p1', flow.id))).toEqual(['flow_not_found']);
  expect(await faults(flows.delete(flow))).toEqual(['flow_not_found']);
  expect(await faults(flows.update(flow, chain('a', [calls('hello')]), author()))).toEqual(['flow_not_found']);
});

it('writes nothing when the same user saves the same definition again', async () => {
  const flow = await create(chain('a', []));
  control.clock.advance(1_000);
  expect(await flows.update(flow, chain('a', []), author())).toBe(flow);
  expect(await flows.find('p1', flow.id)).toEqual(flow);
  const other = { ...author(), principal: { kind: 'user' as const, id: 'u2' } };
  expect(await flows.update(flow, chain('a', []), other)).toMatchObject({ savedBy: { id: 'u2' } });
  await flows.delete(flow);
  expect(await faults(flows.update(flow, chain('a', []), author()))).toEqual(['flow_not_found']);
});

it('keeps definitions that runs are pinned to, and removes the others after an hour', async () => {
  const first = await create(chain('a', []));
  const second = await flows.update(first, chain('a', [calls('hello')]), author());
  const third = await flows.update(second, chain('a', [calls('hello'), calls('hello')]), author());
  const stored = async () => (await control.storage.db.selectFrom('flow_definition').select('digest').execute()).length;
  const pinned = async (digests: readonly string[]) => new Set(digests.filter((one) => one === first.definition));
  await flows.sweep(pinned);
  control.clock.advance(HOUR_MS);
  await flows.sweep(pinned);
  expect(await stored()).toBe(3);
  control.clock.advance(1);
  await flows.sweep(pinned);
  expect(await stored()).toBe(2);
  await flows.definition(first.definition);
  await flows.definition(third.definition);
});
