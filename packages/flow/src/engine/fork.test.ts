import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import { flowOf } from './flow-builder.fixture.ts';
import { type Fork, forkLog } from './fork.ts';
import { Drive, type World } from './testing.ts';

/** Each function adds its name to the list that it gets. */
const trace: World = ({ node, input }) => ({ result: { t: [...((input as { t?: string[] }).t ?? []), node] } });
const fork: Fork = { run: 'fork', definition: 'digest', now: 5000, deadline: 1e12 };
const calledIn = (run: Drive) => run.calls.map(({ node }) => node).sort();

function forked(definition: FlowDefinition, node: string, options: Partial<Fork> = {}, input = {}) {
  const origin = new Drive({ definition, input, world: trace }).finish();
  const result = forkLog(origin.events, node, { ...fork, ...options });
  if ('refused' in result) throw new Error(result.refused);
  const run = new Drive({ definition, world: trace }, result.events).finish();
  return { origin, run, log: result.events };
}

const chain = flowOf([{ id: 'a' }, { id: 'b' }, { id: 'c' }], ['start -> a', 'a -> b', 'b -> c']);
const diamond = flowOf(
  [{ id: 'a' }, { id: 'p', kind: 'parallel' }, { id: 'x' }, { id: 'x2' }, { id: 'y' }, { id: 'y2' }, { id: 'join' }],
  ['start -> a', 'a -> p', 'p -> x', 'x -> x2', 'p -> y', 'y -> y2', 'x2 -> join', 'y2 -> join'],
);

describe('a fork', () => {
  it('keeps the results before the node and links to its origin', () => {
    const { origin, run, log } = forked(chain, 'b');
    expect(calledIn(run)).toEqual(['b', 'c']);
    expect(run.output).toEqual(origin.output);
    expect(log[0]).toMatchObject({ run: 'fork', origin: { run: 'run', node: 'b' }, at: 5000, deadline: 1e12 });
  });

  it('runs again from the first node with an edited input', () => {
    const { run } = forked(chain, 'a', { input: { json: { t: ['edited'] }, bytes: 16 } });
    expect(run.output).toEqual({ t: ['edited', 'a', 'b', 'c'] });
  });

  it('replaces what arrives at the node', () => {
    const { run } = forked(chain, 'c', { input: { json: { t: ['edited'] }, bytes: 16 } });
    expect(calledIn(run)).toEqual(['c']);
    expect(run.output).toEqual({ t: ['edited', 'c'] });
  });

  it('keeps all branches before a join', () => {
    const { origin, run } = forked(diamond, 'join');
    expect(calledIn(run)).toEqual(['join']);
    expect(run.output).toEqual(origin.output);
  });

  it('runs the branches beside the node again', () => {
    const { origin, run } = forked(diamond, 'y2');
    expect(calledIn(run)).toEqual(['join', 'x', 'x2', 'y2']);
    expect(run.output).toEqual(origin.output);
  });

  it('keeps the iterations of a loop before the node', () => {
    const definition = flowOf(
      [{ id: 'l', kind: 'loop' }, { id: 'f', parent: 'l' }, { id: 'after' }],
      ['start -> l', 'l -> after'],
    );
    const { origin, run } = forked(definition, 'after', {}, { list: [1, 2, 3] });
    expect(calledIn(run)).toEqual(['after']);
    expect(run.output).toEqual(origin.output);
  });

  it('keeps retries and branches that were abandoned', () => {
    const flow = flowOf(
      [{ id: 'p', kind: 'parallel', completion: 'one' }, { id: 'x' }, { id: 'y' }, { id: 'j' }],
      ['start -> p', 'p -> x', 'p -> y', 'x -> j', 'y -> j'],
    );
    const { origin, run } = forked(flow, 'j');
    expect(calledIn(run)).toEqual(['j']);
    expect(run.output).toEqual(origin.output);
  });

  it('is refused at a node that was not reached', () => {
    const run = new Drive({ definition: chain, world: trace });
    expect(forkLog(run.events, 'c', fork)).toEqual({ refused: 'not_reached' });
    expect(forkLog([], 'a', fork)).toEqual({ refused: 'not_reached' });
  });

  it('is refused inside a loop or service node', () => {
    const flow = flowOf(
      [
        { id: 'l', kind: 'loop' },
        { id: 'f', parent: 'l' },
        { id: 's', kind: 'service' },
        { id: 'x', parent: 's' },
      ],
      ['start -> l', 'l -> s'],
    );
    const { events } = new Drive({ definition: flow, input: { list: [1] }, world: trace }).finish();
    for (const node of ['f', 'x'])
      expect(forkLog(events, node, fork, { from: flow, to: flow })).toEqual({ refused: 'inside' });
  });

  it('takes a newer definition whose kept part is the same', () => {
    const { events } = new Drive({ definition: chain, world: trace }).finish();
    const changed = (id: string, change: object) => ({
      ...chain,
      nodes: chain.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)),
    });
    const at = (to: FlowDefinition) => forkLog(events, 'b', fork, { from: chain, to });
    expect(at(changed('b', { function: 'other' }))).toHaveProperty('events');
    expect(at(changed('a', { name: 'renamed', position: { x: 1, y: 1 } }))).toHaveProperty('events');
    expect(at(changed('a', { function: 'other' }))).toEqual({ refused: 'changed', nodes: ['a'] });
    expect(at({ ...chain, edges: chain.edges.filter((edge) => edge.from !== 'a') })).toEqual({
      refused: 'changed',
      nodes: ['a'],
    });
  });
});
