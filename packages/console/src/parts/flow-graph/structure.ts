import type { FlowDefinition, FlowNode, NodeKind } from '@funcgraph/flow';

export type Position = NonNullable<FlowNode['position']>;

export const isContainer = (kind: NodeKind): boolean => kind === 'loop' || kind === 'service';

export const parentOf = (node: FlowNode): string | undefined => ('parent' in node ? node.parent : undefined);

export function moveNodes(flow: FlowDefinition, places: ReadonlyMap<string, Position>): FlowDefinition {
  const nodes = flow.nodes.map((node) => {
    const position = places.get(node.id);
    return position === undefined ? node : { ...node, position };
  });
  return { ...flow, nodes };
}
