import { check, readDefinition, whyNot } from '@funcgraph/flow';
import { describe, expect, it } from 'vitest';
import { arrange, CARD, isPlaced, sizeOf } from '../../../parts/flow-graph/index.ts';
import { addEdge, addNode, changeNode, insertNode, removeNodes, whyNotInsert, whyNotInside } from './changes.ts';
import { historyOf, MOST_STEPS, redo, step, undo } from './history.ts';
import { newFlow } from './new-flow.ts';
import { NODE_KINDS, newNode } from './nodes.ts';
import { problemsOf } from './problems.ts';

const begun = () => newFlow('NORMAL', 'Start');
const withNodes = (...kinds: (typeof NODE_KINDS)[number][]) =>
  kinds.reduce((flow, kind) => addNode(flow, newNode(kind, flow.nodes, kind)), begun());

describe('changes', () => {
  it.each(NODE_KINDS)('a new %s node has the form that the server reads, but for what is to be filled in', (kind) => {
    const flow = { ...begun(), name: 'drawn', nodes: [newNode(kind, [], kind)] };
    const read = readDefinition(flow);
    const keys = read.ok ? [] : read.problems.map(({ key }) => key);
    expect(new Set(keys)).toEqual(new Set(['function', 'subflow', 'loop'].includes(kind) ? ['form.empty'] : []));
  });

  it('gives each node an id of its own, also after others were removed', () => {
    const two = withNodes('wait', 'wait');
    const one = removeNodes(two, ['wait-1']);
    expect(newNode('wait', one.nodes, 'wait').id).toBe('wait-3');
  });

  it('takes lines and inner nodes away with a node', () => {
    const flow = withNodes('loop', 'wait');
    const drawn = addEdge(changeNode(flow, 'wait-1', { parent: 'loop-1' }), { from: 'start-1', to: 'loop-1' });
    const left = removeNodes(drawn, ['loop-1']);
    expect([left.nodes.map(({ id }) => id), left.edges]).toEqual([['start-1'], []]);
  });

  it('makes the second branch of a condition the default one', () => {
    const flow = withNodes('condition', 'wait', 'wait');
    const one = addEdge(flow, { from: 'condition-1', to: 'wait-1' });
    const two = addEdge(one, { from: 'condition-1', to: 'wait-2' });
    expect(two.edges.map(({ branch }) => branch?.kind)).toEqual(['condition', 'default']);
  });

  it('goes on with the rules while an expression is empty', () => {
    const flow = addEdge(withNodes('condition', 'wait'), { from: 'condition-1', to: 'wait-1' });
    expect(check({ ...flow, name: 'drawn' }).map(({ code }) => code)).toEqual(
      expect.arrayContaining(['F-33', 'F-30', 'X-01']),
    );
  });

  it('puts a node onto a line, which keeps its branch', () => {
    const flow = addEdge(withNodes('condition', 'wait'), { from: 'condition-1', to: 'wait-1' });
    const [edge] = flow.edges;
    if (edge === undefined) throw new Error('no line');
    const { edges } = insertNode(flow, edge, newNode('function', flow.nodes, 'function'));
    expect(edges).toEqual([
      { from: 'condition-1', to: 'function-1', branch: { kind: 'condition', expression: '' } },
      { from: 'function-1', to: 'wait-1' },
    ]);
  });

  it('knows the reason why a node cannot stand on a line', () => {
    const flow = addEdge(withNodes('wait'), { from: 'start-1', to: 'wait-1' });
    const [edge] = flow.edges;
    if (edge === undefined) throw new Error('no line');
    const codes = (kind: 'end' | 'function') =>
      whyNotInsert(flow, edge, newNode(kind, flow.nodes, kind)).map(({ code }) => code);
    expect([codes('end'), codes('function')]).toEqual([['F-04'], []]);
  });

  it('knows what may stand inside a container', () => {
    const flow = withNodes('service', 'loop');
    const allowed = (parent: string) =>
      NODE_KINDS.filter((kind) => whyNotInside(flow, newNode(kind, flow.nodes, kind), parent).length === 0);
    expect([allowed('service-1'), allowed('loop-1')]).toEqual([['function'], ['function', 'error', 'wait']]);
  });

  it('reports an empty field once', () => {
    const broken = problemsOf(withNodes('loop')).filter(({ field }) => field === 'array_path');
    expect(broken.map(({ key }) => key)).toEqual(['form.empty']);
  });

  it('refuses a line as the package of flows does', () => {
    expect(whyNot(withNodes('end'), 'start-1', 'end-1').map(({ code }) => code)).toEqual(['F-04']);
  });
});

describe('history', () => {
  it('undoes and redoes, and a new step forgets what was undone', () => {
    const two = step(step(historyOf(0), 1), 2);
    expect([undo(two).present, redo(undo(two)).present, redo(step(undo(two), 3)).present]).toEqual([1, 2, 3]);
    expect([undo(historyOf(0)).present, redo(historyOf(0)).present]).toEqual([0, 0]);
  });

  it('takes the changes of one gesture as one step', () => {
    const typed = ['a', 'ab', 'abc'].reduce((history, text) => step(history, text, 'name'), historyOf(''));
    expect([typed.past.length, undo(typed).present]).toEqual([1, '']);
    expect(step(undo(typed), 'x', 'name').past).toEqual(['']);
  });

  it('keeps 100 steps', () => {
    const many = Array.from({ length: 150 }, (_, index) => index + 1).reduce((h, n) => step(h, n), historyOf(0));
    expect([many.past.length, many.past[0]]).toEqual([MOST_STEPS, 50]);
  });
});

describe('layout', () => {
  it('places each node below the one that leads to it', () => {
    const flow = arrange(addEdge(withNodes('wait'), { from: 'start-1', to: 'wait-1' }));
    const [start, wait] = flow.nodes.map(({ position }) => position);
    expect(wait?.y).toBeGreaterThan((start?.y ?? 0) + CARD.height);
    expect(isPlaced(flow)).toBe(true);
  });

  it('places branches from left to right in the order of their lines', () => {
    const ids = ['wait-1', 'wait-2', 'wait-3'];
    const drawn = ids.reduce(
      (flow, to) => addEdge(flow, { from: 'parallel-1', to }),
      withNodes('parallel', 'wait', 'wait', 'wait'),
    );
    const places = new Map(arrange(drawn).nodes.map(({ id, position }) => [id, position?.x ?? 0]));
    expect(ids.toSorted((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0))).toEqual(ids);
  });

  it('makes a container as big as what stands inside', () => {
    const flow = changeNode(
      changeNode(withNodes('loop', 'wait', 'function'), 'wait-1', { parent: 'loop-1' }),
      'function-1',
      {
        parent: 'loop-1',
      },
    );
    const placed = arrange(flow);
    const [, loop] = placed.nodes;
    if (loop === undefined) throw new Error('no loop');
    expect(sizeOf(placed, loop).width).toBeGreaterThan(2 * CARD.width);
  });
});
