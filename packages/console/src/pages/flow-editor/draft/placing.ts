import { type FlowDefinition, type FlowNode, type Problem, whyNot } from '@funcgraph/flow';
import { CARD, isContainer, type Position, parentOf, sizeOf } from '../../../parts/flow-graph/index.ts';
import { addEdge, addNode, nodeOf, whyNotInside } from './changes.ts';

const within = (at: Position, corner: Position, { width, height }: { width: number; height: number }): boolean =>
  at.x >= corner.x && at.x <= corner.x + width && at.y >= corner.y && at.y <= corner.y + height;

/** A node dropped onto a loop or service joins it, if the rules allow that. */
export function dropNode(
  flow: FlowDefinition,
  node: FlowNode,
  at: Position,
): { readonly flow: FlowDefinition } | { readonly why: readonly Problem[] } {
  const container = flow.nodes.find(
    (other) => isContainer(other.kind) && within(at, other.position ?? { x: 0, y: 0 }, sizeOf(flow, other)),
  );
  const corner = { x: Math.round(at.x - CARD.width / 2), y: Math.round(at.y - CARD.height / 2) };
  if (container === undefined) return { flow: addNode(flow, { ...node, position: corner }) };
  const why = whyNotInside(flow, node, container.id);
  if (why.length > 0) return { why };
  const { x, y } = container.position ?? { x: 0, y: 0 };
  const position = { x: Math.max(24, corner.x - x), y: Math.max(52, corner.y - y) };
  return { flow: addNode(flow, { ...node, parent: container.id, position } as FlowNode) };
}

/** A node behind another one, with a line to it if the rules allow it. */
export function appendNode(flow: FlowDefinition, node: FlowNode, after: string): FlowDefinition {
  const before = nodeOf(flow, after);
  const parent = before === undefined ? undefined : parentOf(before);
  const isInside = parent !== undefined && whyNotInside(flow, node, parent).length === 0;
  const added = addNode(flow, (isInside ? { ...node, parent } : node) as FlowNode);
  const follows = before !== undefined && whyNot(added, after, node.id).length === 0;
  return follows ? addEdge(added, { from: after, to: node.id }) : added;
}
