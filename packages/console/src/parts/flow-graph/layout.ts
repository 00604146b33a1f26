import dagre from '@dagrejs/dagre';
import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { isContainer, moveNodes, type Position, parentOf } from './structure.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const CARD: Size = { width: 200, height: 56 };
/** Around the nodes of a container; its name stands above them. */
const INSET = { side: 24, top: 52, bottom: 24 };
const EMPTY_CONTAINER: Size = { width: 248, height: 128 };

/** A container is as big as what stands inside it. */
export function sizeOf(flow: FlowDefinition, node: FlowNode): Size {
  if (!isContainer(node.kind)) return CARD;
  const inner = flow.nodes.filter((other) => parentOf(other) === node.id);
  const right = Math.max(0, ...inner.map(({ position = { x: 0, y: 0 } }) => position.x + CARD.width));
  const bottom = Math.max(0, ...inner.map(({ position = { x: 0, y: 0 } }) => position.y + CARD.height));
  return {
    width: Math.max(EMPTY_CONTAINER.width, right + INSET.side),
    height: Math.max(EMPTY_CONTAINER.height, bottom + INSET.bottom),
  };
}

/** Places all nodes from top to bottom: first those inside containers, whose sizes follow from them. */
export function arrange(flow: FlowDefinition): FlowDefinition {
  const containers = flow.nodes.filter(({ kind }) => isContainer(kind));
  const inside = containers.reduce((arranged, { id }) => moveNodes(arranged, placesIn(arranged, id)), flow);
  return moveNodes(inside, placesIn(inside, undefined));
}

const placesIn = (flow: FlowDefinition, parent: string | undefined): ReadonlyMap<string, Position> =>
  placesOf(
    flow,
    flow.nodes.filter((node) => parentOf(node) === parent),
    cornerOf(parent),
  );

/** Of the first node of a container, or of the flow. */
export const cornerOf = (parent: string | undefined): Position =>
  parent === undefined ? { x: 0, y: 0 } : { x: INSET.side, y: INSET.top };

/** A flow that was written by hand or by another client has no positions. */
export const isPlaced = (flow: FlowDefinition): boolean => flow.nodes.every(({ position }) => position !== undefined);

/** Places of nodes beside each other from top to bottom, from a corner on. */
export function placesOf(
  flow: FlowDefinition,
  nodes: readonly FlowNode[],
  corner: Position,
): ReadonlyMap<string, Position> {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { ...sizeOf(flow, node) });
  // the last edge of a node is placed first
  for (const { from, to } of flow.edges.toReversed())
    if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to);
  dagre.layout(graph);
  const placed = nodes.map((node): [string, Position] => {
    const { x, y, width, height } = graph.node(node.id);
    // dagre gives the middle
    return [node.id, { x: Math.round(x - width / 2 + corner.x), y: Math.round(y - height / 2 + corner.y) }];
  });
  return new Map(placed);
}
