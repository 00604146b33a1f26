import type { FlowDefinition, FlowNode, NodeKind } from '@funcgraph/flow';
import type { Edge, Node } from '@xyflow/react';
import { isContainer, parentOf, sizeOf } from '../../../parts/flow-graph/index.ts';

export type CanvasNode = Node<{ kind: NodeKind; name: string; isBad: boolean }>;
export type CanvasEdge = Edge<{ label: string | undefined }>;

interface Looks {
  readonly bad: ReadonlySet<string>;
  readonly kindName: (kind: NodeKind) => string;
  readonly defaultWord: string;
}

/** What the canvas draws. A container comes before what stands inside, as the canvas needs it. */
export function canvasNodes(flow: FlowDefinition, { bad, kindName }: Looks): CanvasNode[] {
  const nodeOf = (node: FlowNode): CanvasNode => {
    const { id, kind, name, position = { x: 0, y: 0 } } = node;
    const parent = parentOf(node);
    return {
      id,
      type: isContainer(kind) ? 'container' : 'card',
      position,
      ...sizeOf(flow, node),
      data: { kind, name, isBad: bad.has(id) },
      ariaLabel: `${kindName(kind)}: ${name}`,
      ...(parent === undefined ? {} : { parentId: parent, extent: 'parent' as const }),
    };
  };
  const outer = flow.nodes.filter((node) => parentOf(node) === undefined);
  const inner = flow.nodes.filter((node) => parentOf(node) !== undefined);
  return [...outer, ...inner].map(nodeOf);
}

export function canvasEdges(flow: FlowDefinition, { defaultWord }: Looks): CanvasEdge[] {
  return flow.edges.map(({ from, to, branch }) => ({
    id: JSON.stringify([from, to]),
    source: from,
    target: to,
    type: 'line',
    data: { label: branch === undefined ? undefined : branch.kind === 'default' ? defaultWord : branch.expression },
  }));
}
