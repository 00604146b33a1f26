import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import { draw, flowDefinitions } from '../testing.ts';
import { type Change, compareDefinitions } from './compare-definitions.ts';

const before = draw(['start:start', 'a:function', 'b:function'], ['start>a', 'a>b']);
const with_ = (id: string, change: object): FlowDefinition => ({
  ...before,
  nodes: before.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)),
});
const NONE = { settings: [], nodes: [], edges: [] };

describe('two definitions', () => {
  it('differ in the fields of their nodes, with both values', () => {
    const after = with_('a', { name: 'Pay', input_filter: '$.x' });
    expect(compareDefinitions(before, after)).toEqual({
      ...NONE,
      nodes: [
        {
          node: 'a',
          change: 'changed',
          fields: [
            { field: 'name', first: 'a', second: 'Pay' },
            { field: 'input_filter', second: '$.x' },
          ],
        },
      ],
    });
  });

  it('differ in nodes and edges that only one has', () => {
    const after = draw(['start:start', 'a:function', 'c:function'], ['start>a', 'a>c']);
    expect(compareDefinitions(before, after)).toEqual({
      ...NONE,
      nodes: [
        { node: 'b', change: 'removed', fields: [] },
        { node: 'c', change: 'added', fields: [] },
      ],
      edges: [
        { from: 'a', to: 'b', change: 'removed' },
        { from: 'a', to: 'c', change: 'added' },
      ],
    });
  });

  it('differ in the branch of an edge', () => {
    const edges = before.edges.map((edge) => (edge.from === 'a' ? { ...edge, branch: { kind: 'default' } } : edge));
    const after = { ...before, edges } as FlowDefinition;
    expect(compareDefinitions(before, after).edges).toEqual([{ from: 'a', to: 'b', change: 'changed' }]);
  });

  it('differ in the settings of the flow', () => {
    expect(compareDefinitions(before, { ...before, merge_parameters: true, constants: { a: 1 } }).settings).toEqual([
      { field: 'merge_parameters', first: false, second: true },
      { field: 'constants', first: {}, second: { a: 1 } },
    ]);
  });

  it('are the same in another order, and with nodes at other places of the editor', () => {
    const moved = with_('a', { position: { x: 9, y: 9 } });
    const after = { ...moved, nodes: moved.nodes.toReversed(), edges: moved.edges.toReversed(), vendor: { v: 1 } };
    expect(
      compareDefinitions({ ...before, constants: { a: 1, b: 2 } }, { ...after, constants: { b: 2, a: 1 } }),
    ).toEqual(NONE);
  });

  it('differ the other way round when they change places', () => {
    const mirrored: Record<Change, Change> = { added: 'removed', removed: 'added', changed: 'changed' };
    const changes = (a: FlowDefinition, b: FlowDefinition, mirror: (change: Change) => Change): string[] => {
      const { nodes, edges } = compareDefinitions(a, b);
      return [
        ...nodes.map(({ node, change }) => `${node} ${mirror(change)}`),
        ...edges.map(({ from, to, change }) => `${from} ${to} ${mirror(change)}`),
      ].sort();
    };
    fc.assert(
      fc.property(flowDefinitions(), flowDefinitions(), (a, b) => {
        expect(compareDefinitions(a, a)).toEqual(NONE);
        expect(changes(a, b, (change) => change)).toEqual(changes(b, a, (change) => mirrored[change]));
      }),
      { numRuns: 50 },
    );
  });
});
