import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrangeSome } from './arrange-some.ts';
import { sizeOf } from './layout.ts';
import { parentOf } from './structure.ts';

const node = (id: string, x: number, y: number, parent?: string) =>
  ({ id, name: id, kind: 'wait', seconds: 0, position: { x, y }, ...(parent && { parent }) }) as unknown as FlowNode;
const loop = (id: string, x: number, y: number) =>
  ({ id, name: id, kind: 'loop', position: { x, y } }) as unknown as FlowNode;
const flowOf = (nodes: readonly FlowNode[], edges: readonly (readonly [string, string])[] = []) =>
  ({ nodes, edges: edges.map(([from, to]) => ({ from, to })) }) as unknown as FlowDefinition;
const placeIn = (flow: FlowDefinition, id: string) => flow.nodes.find((one) => one.id === id)?.position;

/** Pairs of which one covers the other. */
function covered({ nodes, ...flow }: FlowDefinition): readonly string[] {
  const whole = { ...flow, nodes };
  return nodes.flatMap((one, at) =>
    nodes.slice(at + 1).flatMap((other) => {
      if (parentOf(one) !== parentOf(other) || !one.position || !other.position) return [];
      const [first, second] = [sizeOf(whole, one), sizeOf(whole, other)];
      const isApart =
        one.position.x + first.width <= other.position.x ||
        other.position.x + second.width <= one.position.x ||
        one.position.y + first.height <= other.position.y ||
        other.position.y + second.height <= one.position.y;
      return isApart ? [] : [`${one.id} ${other.id}`];
    }),
  );
}

test('some nodes are placed in their order where the first of them stands', () => {
  const flow = flowOf([node('a', 300, 100), node('b', 700, 90), node('far', 0, 900)], [['a', 'b']]);
  const arranged = arrangeSome(flow, ['a', 'b']);
  expect(placeIn(arranged, 'a')).toEqual({ x: 300, y: 90 });
  expect(placeIn(arranged, 'b')?.x).toBe(300);
  expect(placeIn(arranged, 'far')).toEqual({ x: 0, y: 900 });
});

test('what stands inside a container goes along with it, and never leaves it', () => {
  const flow = flowOf([loop('loop', 0, 0), node('in', 5, 5, 'loop'), node('beside', 600, 0)]);
  const arranged = arrangeSome(flow, ['loop', 'beside']);
  expect(placeIn(arranged, 'in')).toEqual({ x: 24, y: 52 });
});

test('a container that grows makes way for the nodes beside it', () => {
  const inner = [node('one', 24, 52, 'loop'), node('two', 24, 52, 'loop')];
  const flow = flowOf([loop('loop', 0, 0), ...inner, node('beside', 280, 0), node('below', 0, 140)]);
  const arranged = arrangeSome(flow, ['one', 'two']);
  expect(covered(arranged)).toEqual([]);
  expect([placeIn(arranged, 'beside'), placeIn(arranged, 'below')]).toEqual([
    { x: 280, y: 0 },
    { x: 0, y: 140 },
  ]);
});

const place = fc.integer({ min: -2000, max: 2000 });

test('nodes that are not chosen stay, and no chosen one covers another node', () => {
  const nodes = fc.array(fc.record({ x: place, y: place, isChosen: fc.boolean(), inside: fc.boolean() }), {
    minLength: 1,
    maxLength: 24,
  });
  const lines = fc.array(fc.tuple(fc.nat(23), fc.nat(23)), { maxLength: 30 });
  fc.assert(
    fc.property(nodes, lines, (drawn, drawnLines) => {
      const all = drawn.map(({ x, y, inside }, at) =>
        inside ? node(`n${at}`, Math.abs(x) + 24, Math.abs(y) + 52, 'loop') : node(`n${at}`, x, y),
      );
      const edges = drawnLines
        .filter(([from, to]) => from < to && to < all.length && drawn[from]?.inside === drawn[to]?.inside)
        .map(([from, to]) => [`n${from}`, `n${to}`] as const);
      const flow = flowOf([loop('loop', 0, 0), ...all], edges);
      const chosen = all.filter((_, at) => drawn[at]?.isChosen).map(({ id }) => id);
      const arranged = arrangeSome(flow, chosen);
      for (const { id } of all) if (!chosen.includes(id)) expect(placeIn(arranged, id)).toEqual(placeIn(flow, id));
      const [before, after] = [flow, arranged].map((one) => sizeOf(one, loop('loop', 0, 0)));
      const grown = (after?.width ?? 0) > (before?.width ?? 0) || (after?.height ?? 0) > (before?.height ?? 0);
      const moved = new Set([...chosen, ...(grown ? ['loop'] : [])]);
      expect(covered(arranged).filter((pair) => pair.split(' ').some((id) => moved.has(id)))).toEqual([]);
    }),
  );
});
