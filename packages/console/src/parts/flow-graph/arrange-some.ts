import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { type Box, freeShift } from './free-shift.ts';
import { cornerOf, placesOf, sizeOf } from './layout.ts';
import { isContainer, moveNodes, type Position, parentOf } from './structure.ts';

/**
 * Places some nodes from top to bottom where the first of them stands, with what stands inside them. The others stay, and
 * none is covered; only a container that has grown by it makes way for those around it.
 */
export function arrangeSome(flow: FlowDefinition, ids: readonly string[]): FlowDefinition {
  const isMoved = (node: FlowNode) => ids.includes(node.id) || ids.includes(parentOf(node) ?? '');
  const moved = flow.nodes.filter(isMoved);
  const containers = flow.nodes.filter(({ kind }) => isContainer(kind)).map(({ id }) => id);
  const arranged = [...containers, undefined].reduce((before, parent) => {
    const group = moved.filter((node) => parentOf(node) === parent).map(({ id }) => id);
    return group.length === 0 ? before : arrangeGroup(before, group, parent);
  }, flow);
  return containers.reduce((before, id) => (hasGrown(flow, before, id) ? makeWay(before, id) : before), arranged);
}

/** Of nodes that stand inside the same container, or in none. */
function arrangeGroup(flow: FlowDefinition, ids: readonly string[], parent: string | undefined): FlowDefinition {
  const { group, others } = parted(flow, ids, parent);
  const least = leastOf(parent);
  const { x, y } = firstOf(group.map(({ position = cornerOf(parent) }) => position));
  const corner = { x: Math.max(x, least.x), y: Math.max(y, least.y) };
  return shifted(moveNodes(flow, placesOf(flow, group, corner)), ids, others, parent);
}

function makeWay(flow: FlowDefinition, id: string): FlowDefinition {
  const { others } = parted(flow, [id], undefined);
  return shifted(flow, [id], others, undefined);
}

function parted(flow: FlowDefinition, ids: readonly string[], parent: string | undefined) {
  const siblings = flow.nodes.filter((node) => parentOf(node) === parent);
  return {
    group: siblings.filter(({ id }) => ids.includes(id)),
    others: siblings.filter(({ id }) => !ids.includes(id)),
  };
}

/** Moves nodes together until none covers any of the others. */
function shifted(
  flow: FlowDefinition,
  ids: readonly string[],
  others: readonly FlowNode[],
  parent: string | undefined,
): FlowDefinition {
  const boxes = flow.nodes.filter(({ id }) => ids.includes(id)).map((node) => ({ id: node.id, ...boxOf(flow, node) }));
  const [least, first] = [leastOf(parent), firstOf(boxes)];
  const staying = others.map((node) => boxOf(flow, node));
  const shift = freeShift(boxes, staying, { x: least.x - first.x, y: least.y - first.y });
  return moveNodes(flow, new Map(boxes.map(({ id, x, y }) => [id, { x: x + shift.x, y: y + shift.y }])));
}

/** The upper left corner around places. */
const firstOf = (places: readonly Position[]): Position => ({
  x: Math.min(...places.map(({ x }) => x)),
  y: Math.min(...places.map(({ y }) => y)),
});

/** Nothing stands outside of its container. */
const leastOf = (parent: string | undefined): Position =>
  parent === undefined ? { x: Number.NEGATIVE_INFINITY, y: Number.NEGATIVE_INFINITY } : cornerOf(parent);

function boxOf(flow: FlowDefinition, node: FlowNode): Box {
  const { x, y } = node.position ?? { x: 0, y: 0 };
  return { x, y, ...sizeOf(flow, node) };
}

function hasGrown(before: FlowDefinition, after: FlowDefinition, id: string): boolean {
  const sizeIn = (flow: FlowDefinition) => {
    const node = flow.nodes.find((one) => one.id === id);
    return node === undefined ? { width: 0, height: 0 } : sizeOf(flow, node);
  };
  const [first, second] = [sizeIn(before), sizeIn(after)];
  return second.width > first.width || second.height > first.height;
}
